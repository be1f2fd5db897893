"""The worktree of 0.1.0 that `make bench` measures beside this release."""

import pytest

from tests.bench.baseline import HERE, NoBaseline, baseline


def test_scripts_run_with_the_code_of_0_1_0_which_is_gone_afterwards() -> None:
    script = "import pipelines.store.schema as schema; print(schema.__file__)"
    try:
        with baseline() as tree:
            assert tree.run("-c", script).startswith(str(tree.folder))
    except NoBaseline as error:
        pytest.skip(str(error))
    assert not tree.folder.exists()
    assert HERE.run("-c", script).startswith(str(HERE.folder))
