"""Completion of a command line by the Tab key, in bash, zsh and fish.

A script for the shell asks `python -m engine` what may follow, by Click's own protocol. It answers
for `python` alone where that is followed by `-m engine` in Kindred's folder, so whatever else
Python is called for completes as it did. Nothing is written before `--install-completion` is given.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path

import click

VARIABLE = "_KINDRED_COMPLETE"
_ROOT = Path(__file__).resolve().parents[2]

_BASH = """\
_kindred_completion() {
    [[ $COMP_CWORD -gt 2 && "${COMP_WORDS[*]:1:2}" == "-m engine" && $PWD -ef %(root)s ]] || return
    local type value
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(%(variable)s=bash_complete COMP_WORDS="${COMP_WORDS[*]:2}" \\
        COMP_CWORD=$((COMP_CWORD - 2)) "${1/#\\~/$HOME}" -m engine 2>/dev/null)
}
complete -o bashdefault -o default -o nosort -F _kindred_completion python python3
"""
_ZSH = """\
_kindred_completion() {
    if [[ $CURRENT -le 3 || "${words[2,3]}" != "-m engine" || ! $PWD -ef %(root)s ]]; then
        _python "$@" 2>/dev/null || _default
        return
    fi
    local -a plain told
    local type key text
    for type key text in "${(@f)$(%(variable)s=zsh_complete COMP_WORDS="${words[3,-1]}" \\
        COMP_CWORD=$((CURRENT - 3)) "${words[1]/#\\~/$HOME}" -m engine 2>/dev/null)}"; do
        case $type in
            dir) _path_files -/ ;;
            file) _path_files ;;
            plain) [[ $text == _ ]] && plain+=("$key") || told+=("$key:$text") ;;
        esac
    done
    [[ -n $told ]] && _describe -V unsorted told -U
    [[ -n $plain ]] && compadd -U -V unsorted -a plain
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _kindred_completion python python3
"""
_FISH = """\
function _kindred_is_meant
    set -l words (commandline -opc)
    test (count $words) -gt 2 -a "$words[2..3]" = "-m engine" -a (pwd -P) = %(root)s
end
function _kindred_completion
    set -l words (commandline -opc)
    for line in (env %(variable)s=fish_complete COMP_WORDS="$words[3..]" \\
            COMP_CWORD=(commandline -ct) $words[1] -m engine 2>/dev/null)
        set -l told (string split -m 1 "," $line)
        switch $told[1]
            case dir
                __fish_complete_directories $told[2]
            case file
                __fish_complete_path $told[2]
            case plain
                echo $told[2]
        end
    end
end
complete -c python -c python3 -f -n _kindred_is_meant -a "(_kindred_completion)"
"""
# Each shell's script, and the file that the shell reads when it starts.
_SHELLS = {
    "bash": (_BASH, ".bashrc"),
    "zsh": (_ZSH, ".zshrc"),
    "fish": (_FISH, ".config/fish/config.fish"),
}


def answer(shell: click.Group, program: str) -> int:
    """Answer the script's question, which stands in the environment, and return the exit code."""
    from click.shell_completion import shell_complete

    return shell_complete(shell, {}, program, VARIABLE, os.environ[VARIABLE])


def script(shell: str) -> str:
    """Return what makes a shell complete Kindred's commands."""
    return _SHELLS[shell][0] % {"variable": VARIABLE, "root": shlex.quote(str(_ROOT))}


def install(shell: str) -> str:
    """Keep the script in Kindred's home, let the shell read it from now on, and say so."""
    from engine import config
    from engine.durable import write_whole

    file = config.home() / f"completion.{shell}"
    profile = Path.home() / _SHELLS[shell][1]
    line = f"source {shlex.quote(str(file))}"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, script(shell).encode())
    known = profile.read_text("utf-8") if profile.is_file() else ""
    if line not in known.splitlines():
        profile.parent.mkdir(parents=True, exist_ok=True)
        with profile.open("a", encoding="utf-8") as end:
            end.write(f"{line}\n" if known.endswith("\n") or not known else f"\n{line}\n")
    return f"{file} is read by {profile} now: Tab completes in a new {shell}.\n"


def _option(flag: str, what: str, work: Callable[[str], str]) -> click.Option:
    def answered(context: click.Context, option: click.Parameter, given: str | None) -> None:
        if given is None or context.resilient_parsing:
            return
        shell = Path(os.environ.get("SHELL", "")).name if given == "yours" else given
        if shell not in _SHELLS:
            raise click.BadParameter(f"name your shell: {', '.join(_SHELLS)}", context, option)
        click.echo(work(shell), nl=False)
        context.exit()

    return click.Option(
        [flag],
        is_flag=False,
        flag_value="yours",
        type=click.Choice([*_SHELLS, "yours"]),
        metavar="[SHELL]",
        expose_value=False,
        is_eager=True,
        callback=answered,
        help=f"{what} (SHELL: {', '.join(_SHELLS)}; yours if not given).",
    )


OPTIONS = [
    _option("--install-completion", "Let the Tab key complete these commands", install),
    _option("--show-completion", "Print the script that would do so", script),
]
