"""Rules get no machine code of their own.

Numba optimises and generates code for every function separately, with all that it calls, before it is
inlined into the function that calls it, where the same is done again. So a rule that is eight calls deep is
compiled eight times. Only functions called from Python need machine code. A rule's library is therefore left
as it comes from Numba, with the libraries of what it calls linked to it; the function at the top is optimised
and generated once, as a whole. That takes half the time.

Whether a rule is inlined is marked here and not by Numba's option: a function inherits the options of the
function that calls it, so that one called by an inlined rule would be inlined too, and one called in both
ways would be compiled twice.
"""

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import LoweringPass, register_pass
from numba.core.typed_passes import AnnotateTypes


class _NoEnvironment:
    """Stands for the code generator of a library that has none: Python objects are not needed in rules."""

    def set_env(self, name: str, environment: Any) -> None:
        """Do nothing."""


class _WithoutMachineCode(JITCodeLibrary):
    """The library of a function that only compiled code calls."""

    mark: str  # LLVM's word for how it is called

    def finalize(self) -> None:
        """Mark the function, which is alone in its module until others are linked, and link what it calls."""
        for function in self._final_module.functions:
            if not function.is_declaration:
                function.add_function_attribute(self.mark)
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:  # noqa: ARG002
        """Return 0: there is no machine code to call."""
        self._ensure_finalized()
        return 0

    @property
    def codegen(self) -> Any:
        """Where compiled code gets what it needs from Python."""
        return _NoEnvironment()


class _Inlined(_WithoutMachineCode):
    """That of a function that is inlined wherever it is called."""

    mark = "alwaysinline"


class _Called(_WithoutMachineCode):
    """That of a function that is never inlined."""

    mark = "noinline"


class _ChooseLibrary(LoweringPass):
    """Give the function a library without machine code."""

    library: type[_WithoutMachineCode]

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        state.library = self.library(state.targetctx.codegen(), state.func_id.func_qualname)
        return False


@register_pass(mutates_CFG=False, analysis_only=True)
class _LinkInlined(_ChooseLibrary):
    _name = "funnelsim_link_inlined"
    library = _Inlined


@register_pass(mutates_CFG=False, analysis_only=True)
class _LinkCalled(_ChooseLibrary):
    _name = "funnelsim_link_called"
    library = _Called


class _UpToMachineCode(CompilerBase):
    """Numba's compiler, up to the point before machine code is made."""

    last: type[_ChooseLibrary]

    def define_pipelines(self) -> list[Any]:
        """List the only pipeline in which functions are compiled."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(self.last, AnnotateTypes)
        passes.finalize()
        return [passes]


class RuleCompiler(_UpToMachineCode):
    """The compiler of rules, which are inlined."""

    last = _LinkInlined


class RareCompiler(_UpToMachineCode):
    """The compiler of rules that are called, and never inlined."""

    last = _LinkCalled
