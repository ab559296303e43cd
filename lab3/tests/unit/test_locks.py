"""The locks of the images are parts of the root's."""

from pathlib import Path

import pytest

from tests.support.image_files import part_of_the_roots_lock

LAB3 = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["requirements.txt", "page-requirements.txt"])
def test_images_hold_a_hash_pinned_part_of_the_roots_lock(name: str) -> None:
    assert len(part_of_the_roots_lock(LAB3 / name)) > 15
