"""Who may see the page: it asks the API with its own key, so whoever sees it uses that key."""

import hmac
import ipaddress
import os
import time

PASSWORD = "PAGE_PASSWORD"  # noqa: S105 - the name of a variable
INSECURE = "PAGE_INSECURE"


def refusal(host: str | None) -> str:
    """Why the page must not be shown on this address; empty if it may."""
    if _is_loopback(host) or not os.environ.get("API_KEY") or os.environ.get(PASSWORD) or os.environ.get(INSECURE):
        return ""
    return (
        f"--host {host or 'of all addresses'} can be reached from other machines, and API_KEY lets everyone who sees "
        f"the page use the API: set {PASSWORD} to a password that the page is to ask for, or give --insecure "
        f"({INSECURE}=1) inside a private network"
    )


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def require_password() -> None:
    """Ask for the password, if there is one; goes on only if it was given in this session."""
    import streamlit as st  # imported here: it costs a second, and `python -m page` only asks for `refusal`

    password = os.environ.get(PASSWORD, "")
    if not password or st.session_state.get("may enter"):
        return
    typed = st.text_input("Password", type="password")
    if typed and hmac.compare_digest(typed.encode(), password.encode()):
        st.session_state["may enter"] = True
        st.rerun()
    if typed:
        time.sleep(1)  # for who tries many
        st.error("That is not the password.")
    st.stop()
