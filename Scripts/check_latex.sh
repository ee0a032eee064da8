#!/bin/bash
# Compiles the LaTeX tables of a store with pdflatex: every sweep, by strategy, class and group.
#
#   Scripts/check_latex.sh [POISE [STORE [PDF]]]
#
# Needs pdflatex with booktabs (Debian: texlive-latex-recommended).
set -euo pipefail
cd "$(dirname "$0")/.."

poise=$(realpath "${1:-.build/release/poise}")
store=$(realpath "${2:-results.sqlite}")
target=$(realpath -m "${3:-.build/check-latex/tables.pdf}")

command -v pdflatex >/dev/null || {
  echo "check-latex: there is no pdflatex; on Debian: apt-get install texlive-latex-recommended" >&2
  exit 1
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{
  echo '\documentclass{article}'
  echo '\usepackage[T1]{fontenc}\usepackage{textcomp}\usepackage{booktabs}\usepackage{longtable}'
  echo '\usepackage[paperwidth=120cm,paperheight=40cm,margin=1cm]{geometry}'
  echo '\begin{document}'
} >"$folder/tables.tex"
number=0
while read -r sweep; do
  for subject in strategy class group; do
    number=$((number + 1))
    "$poise" report --format latex --by "$subject" --sweep "$sweep" --results "$store" >"$folder/$number.tex"
    printf '\\input{%s}\\clearpage\n' "$number" >>"$folder/tables.tex"
  done
done < <(sqlite3 -readonly "$store" 'SELECT name FROM sweep ORDER BY id')
echo '\end{document}' >>"$folder/tables.tex"

cd "$folder"
# Long tables know the widths of their columns the second time.
for _ in 1 2; do
  pdflatex -interaction=nonstopmode -halt-on-error tables.tex >log.txt 2>&1 || {
    grep -A 4 '^!' log.txt >&2
    exit 1
  }
done
mkdir -p "$(dirname "$target")"
cp tables.pdf "$target"
echo "check-latex: $number tables in $target"
