"""Data and models travel by a real S3 server, with the right key only."""

from pathlib import Path

import pytest

from tests.support.checkout import Checkout
from tests.support.clones import assert_travels, fresh_clone
from tests.support.servers import BUCKET, KEY, SECRET, s3


@pytest.mark.s3
def test_a_fresh_clone_pulls_from_s3(checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s3").mkdir()
    with s3(tmp_path / "s3") as endpoint:
        monkeypatch.setenv("DVC_REMOTE_URL", f"s3://{BUCKET}/final")
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        refused = checkout.bash("pipeline.sh", "--push")
        assert refused.returncode == 1
        assert f"push: s3://{BUCKET}/final did not take it" in refused.stderr
        assert "Traceback" not in refused.stderr
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        assert_travels(checkout, fresh_clone(checkout, tmp_path / "clone"))
