import Testing

/// The checkers of the documents find the faults that they are for.
@Suite("Checkers of the documents")
struct DocumentFaultTests {
  @Test("A room that is not drawn, drawn twice, unknown or on another floor is found")
  func floorMap() {
    let map = FloorMap(
      in: """
        Text.

        ```
        doors   poise · bench             only here
          1     Kernels · Images          arithmetic · pixels
                Gone                      on the floor above
         -1     CPNG · Images             module maps
        ```
        """)
    let floors = ["poise": 6, "bench": 5, "Kernels": 1, "Images": 1, "CPNG": -1, "Files": 0]
    #expect(
      map.differences(from: floors) == [
        "Files is not drawn", "Gone is drawn, and has no floor",
        "Images is drawn on floor -1, and is on floor 1", "Images is drawn twice",
        "bench is drawn on the doors' floor, and is on floor 5",
      ])
    #expect(FloorMap(in: "no map").places.isEmpty)
  }

  private static let sources = [
    "Tool.swift": """
    struct Tool: ParsableCommand {
      static let configuration = CommandConfiguration(
        commandName: "tool", subcommands: [Check.self, CacheCommand.self, Secret.self])
    }
    struct Check: ParsableCommand {}
    struct Secret: ParsableCommand {
      static let configuration = CommandConfiguration(abstract: "", shouldDisplay: false)
    }
    struct List: ParsableCommand { /* another one */ }
    """,
    "Cache.swift": """
    struct CacheCommand: ParsableCommand {
      static let configuration = CommandConfiguration(
        commandName: "cache", subcommands: [List.self, ClearAll.self])
      struct List: ParsableCommand {}
      struct ClearAll: ParsableCommand {}
    }
    """,
  ]

  @Test("Commands are read from sources and from tables, and differences are found")
  func commands() {
    let tree = CommandTree(sources: Self.sources)
    let paths = tree.paths(ofProgram: "tool")
    #expect(paths == ["check", "cache", "cache list", "cache clear-all"])
    #expect(tree.names(ofProgram: "tool", hidden: true) == ["secret"])
    let documents = Documents(texts: [
      "a.md": """
      | Command | Does |
      |---|---|
      | `tool cache [list\\|clear-all]`, `tool gone FILE.x` | this |
      | `make it` | that |

      | Other | Table |
      |---|---|
      | `tool never` | - |
      """
    ])
    let cells = documents.firstCells(below: "| Command | Does |", in: "a.md")
    let shown = CommandTree.paths(ofProgram: "tool", inCells: cells)
    #expect(
      Promises.differences("command", inCode: paths, documented: shown) == [
        "command check is not documented", "command gone is documented and not there",
      ])
    #expect(
      tree.strangers(ofProgram: "tool", in: documents) == [
        "a.md names 'tool gone', which does not exist",
        "a.md names 'tool never', which does not exist",
      ])
  }

  @Test("Commands count in spans and fences, not in prose")
  func code() {
    let text = "A tool is `tool\ncheck`.\n\n```sh\n# tool comment\ntool cache   # list\n```\n"
    let tree = CommandTree(sources: Self.sources)
    let found = tree.strangers(ofProgram: "tool", in: Documents(texts: ["a.md": text]))
    #expect(found == ["a.md names 'tool comment', which does not exist"])
    #expect(MarkdownText(text).anchors.isEmpty)
  }

  @Test("Variables are read in Swift, C, Python and shell")
  func variables() {
    func read(_ source: String, _ file: String) -> Set<String> {
      Promises.variables(readBy: source, named: file)
    }
    #expect(
      read("environment[\"NO_COLOR\"]; let name = \"COUNTERPOISE_DATA\"; [\"CSV\"]", "a.swift")
        == ["NO_COLOR", "COUNTERPOISE_DATA"])
    #expect(
      read("getenv(\"COUNTERPOISE_KERNELS\"); #ifndef COUNTERPOISE_H", "a.c") == [
        "COUNTERPOISE_KERNELS"
      ])
    #expect(read("os.environ[\"A\"], os.environ.get(\"B\", 1)", "a.py") == ["A", "B"])
    #expect(read("x=${POISE:-y} $COUNTERPOISE_X $HOME", "a.sh") == ["POISE", "COUNTERPOISE_X"])
  }

  @Test("A target that is gone and one that nobody documents are found")
  func targets() {
    let makefile = "SOURCES := a\n.PHONY: all\nbuild: setup ## Build.\n\tswift build\nlint-c:\n"
    let text = "Run `make build` or\n\n```sh\nmake gone   # comment\n```\nmake it so.\n"
    #expect(
      Promises.differences(
        "target", inCode: Promises.targets(ofMakefile: makefile),
        documented: Promises.targets(namedIn: Documents(texts: ["a.md": text])))
        == ["target lint-c is not documented", "target gone is documented and not there"])
  }

  @Test("Links to files and headings that are not there are found")
  func links() {
    let documents = Documents(texts: [
      "README.md": """
      # Read *me*, first!
      [a](Docs/a.md) [b](Docs/b.md) [c](Docs/a.md#a---set-key) [d](Docs/a.md#gone) [e](#read-me-first)
      [f](https://example.org/x.md) `[g](Docs/code.md)`
      """,
      "Docs/a.md": "## A `--set` key\n[up](../README.md) [up](../LICENSE) [side](./a.md)\n",
    ])
    let files: Set = ["README.md", "Docs/a.md"]
    #expect(
      documents.brokenLinks(exists: files.contains) == [
        "Docs/a.md links to ../LICENSE, and there is no LICENSE",
        "README.md links to Docs/a.md#gone, and Docs/a.md has no such heading",
        "README.md links to Docs/b.md, and there is no Docs/b.md",
      ])
  }

  @Test("Paths that are not there are found, in prose and in code")
  func paths() {
    let documents = Documents(texts: [
      "a.md": """
      See `Sources/Kernels/Gone.swift`, Docs/a.md. And Sources/*/README.md, ../Docs/elsewhere.md,
      `Tests/Room/golden_*.py` or (Scripts/setup.sh).
      """
    ])
    let files: Set = ["Sources", "Docs/a.md", "Tests"]
    #expect(
      documents.missingPaths(exists: files.contains) == [
        "a.md names Scripts/setup.sh, which does not exist",
        "a.md names Sources/Kernels/Gone.swift, which does not exist",
        "a.md names Tests/Room, which does not exist",
      ])
  }
}
