"""The interface, as OpenAPI names it, loses nothing: paths, methods and statuses of clients that are out there."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.base.paths import PRODUCTS
from core.spec.yaml_file import load
from service.app import create_app
from service.model.live import Live
from service.model.serving import Serving
from service.settings import Settings
from service.state import Server

KNOWN = json.loads(Path(__file__).with_name("interface.json").read_text())
# never answered: what a model takes and gives is told of one that could not be verified, too
KEY = {"x-api-key": "sesame"}
NEVER_ANSWERED = {"GET /v2/models/{name}": {"503"}}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A service with a key and without a model."""
    (tmp_path / "titanic").mkdir()
    shutil.copy(PRODUCTS / "titanic" / "product.yaml", tmp_path / "titanic")
    keys = tmp_path / "keys.txt"
    keys.write_text(f"me {hashlib.sha256(b'sesame').hexdigest()}\n")
    server = Server(Settings(product=str(tmp_path / "titanic"), api_keys_file=keys, trusted_proxies="10.0.0.0/8"))
    with TestClient(create_app(server), headers=KEY) as opened:
        yield opened


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_paths_methods_and_statuses_are_what_they_were(client: TestClient) -> None:
    now = operations(client.get("/openapi.json").json())
    for name, statuses in KNOWN.items():
        assert set(now[name]["responses"]) == set(statuses) - NEVER_ANSWERED.get(name, set()), name
    assert {name for name in now if "{version}" not in name} == set(KNOWN)


def test_every_operation_has_words_an_example_and_our_refusals(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["components"]["securitySchemes"].keys() == {"APIKeyHeader", "HTTPBearer"}
    for name, operation in operations(document).items():
        assert operation["summary"], name
        content = operation.get("requestBody", {"content": {"": {"example": "none wanted"}}})["content"]
        assert any("example" in media for media in content.values()), name
        for parameter in operation.get("parameters", []):
            assert parameter["examples"], name
        assert "HTTPValidationError" not in str(operation), name
        assert bool(operation.get("security")) == ("401" in operation["responses"]), name


def test_a_trusted_proxy_names_the_path_in_front_of_ours(client: TestClient) -> None:
    named = {"x-forwarded-prefix": "/models/titanic/"}
    app = client.app
    for address, prefix in (("10.1.2.3", "/models/titanic"), ("192.0.2.1", "")):
        with TestClient(app, client=(address, 1), headers=KEY) as proxy:
            page = proxy.get("/docs", headers=named)
            assert f'src="{prefix}/docs/assets/swagger-ui-bundle.js"' in page.text
            assert f"url: '{prefix}/openapi.json'" in page.text
            assert "https://" not in page.text
            servers = proxy.get("/openapi.json", headers=named).json().get("servers", [])
            assert servers == ([{"url": prefix}] if prefix else [])
            for path in ("/healthz", "/docs/assets/swagger-ui.css"):
                assert proxy.get(path, headers=named).status_code == 200  # the proxy took its prefix out
                assert proxy.get(prefix + path, headers=named).status_code == 200  # or left it in
    for hostile in ("//evil.example", "/a b", "/a?b", "javascript:x", "/a/../b<"):
        with TestClient(app, client=("10.1.2.3", 1), headers=KEY) as proxy:
            assert "/models" not in proxy.get("/docs", headers={"x-forwarded-prefix": hostile}).text
            assert hostile not in proxy.get("/docs", headers={"x-forwarded-prefix": hostile}).text


def test_the_assets_of_the_page_are_ours(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/assets/{asset}" in page.text
        assert len(client.get(f"/docs/assets/{asset}").content) > 1000


def test_a_prefix_can_be_a_setting(tmp_path: Path) -> None:
    (tmp_path / "titanic").mkdir()
    shutil.copy(PRODUCTS / "titanic" / "product.yaml", tmp_path / "titanic")
    settings = Settings(product=str(tmp_path / "titanic"), root_path="/models/titanic")
    with TestClient(create_app(Server(settings))) as client:
        assert 'src="/models/titanic/docs/assets/swagger-ui-bundle.js"' in client.get("/docs").text
        for path in ("/docs/assets/swagger-ui.css", "/models/titanic/docs/assets/swagger-ui.css"):
            assert client.get(path).status_code == 200
    with pytest.raises(ValueError, match="must start with / and not end with one"):
        Settings(root_path="models/")
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 network"):
        Settings(trusted_proxies="proxy.example")


def test_a_model_with_another_contract_gets_other_routes(tmp_path: Path) -> None:
    """Without a restart: the row model of the new contract is the body of /predict."""
    for name in ("titanic", "weather"):
        (tmp_path / name).mkdir()
        shutil.copy(PRODUCTS / name / "product.yaml", tmp_path / name)
    server = Server(Settings(product=str(tmp_path / "titanic")))
    other = Live(Serving.champion(str(tmp_path / "weather")))

    async def switch() -> None:
        server._use(other)

    with TestClient(create_app(server)) as client:
        fields = []
        for step in (None, switch):
            if step and client.portal:
                client.portal.call(step)
            document = client.get("/openapi.json").json()
            fields.append(set(document["components"]["schemas"]["Row"]["properties"]))
            assert document["info"]["title"] == server.live.serving.title
    assert fields == [set(load(name).contract.features) for name in ("titanic", "weather")]
