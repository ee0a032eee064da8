import Foundation
import Testing

/// What documents say about rooms, commands, variables, targets and places is true, and complete.
@Suite("The documents")
struct DocumentTests {
  @Test("The map of the floors shows every room, on its floor")
  func floors() throws {
    let floors = try Architecture.floors(in: Repository.text(of: "Docs/floors.txt"))
    let map = FloorMap(in: try Repository.text(of: "Docs/architecture.md"))
    #expect(map.places.count > 20)
    #expect(map.differences(from: floors) == [])
  }

  @Test("Every subcommand stands in the tables of commands, and no others")
  func commands() throws {
    let documents = try Documents.ofRepository()
    let tree = CommandTree(
      sources: try Repository.texts(below: ["Sources/poise"], kinds: ["swift"]))
    let paths = tree.paths(ofProgram: "poise")
    #expect(paths.count > 12)
    for document in ["README.md", "Docs/usage.md"] {
      let cells = documents.firstCells(below: "| Command | Does |", in: document)
      let shown = CommandTree.paths(ofProgram: "poise", inCells: cells)
      #expect(
        Promises.differences("command", inCode: paths, documented: shown) == [], "\(document)")
    }
    let code = documents.code.map(\.text).joined()
    for name in tree.names(ofProgram: "poise", hidden: true) {
      #expect(code.contains("poise \(name)"), "no document names 'poise \(name)'")
    }
  }

  @Test("No document names a command that is not there", arguments: ["poise", "enginebench"])
  func strangers(program: String) throws {
    let tree = CommandTree(
      sources: try Repository.texts(below: ["Sources/\(program)"], kinds: ["swift"]))
    #expect(tree.names(ofProgram: program, hidden: false).count > 5)
    let strangers = tree.strangers(ofProgram: program, in: try .ofRepository())
    #expect(strangers == [])
  }

  @Test("Every environment variable that is read is documented, and no others")
  func variables() throws {
    let documents = try Documents.ofRepository()
    var read: Set<String> = []
    var sources = try Repository.texts(
      below: ["Sources", "Scripts", "Benchmarks", "Tests"], kinds: ["swift", "c", "h", "py", "sh"])
    for path in ["Makefile", "Package.swift"] { sources[path] = try Repository.text(of: path) }
    for (path, source) in sources where !path.hasPrefix("Tests/ArchitectureTests/") {
      read.formUnion(Promises.variables(readBy: source, named: path))
    }
    var documented: Set<String> = []
    for path in documents.texts.keys {
      for cell in documents.firstCells(below: "| Variable | Does |", in: path) {
        documented.formUnion(cell.matches(of: /`([^`]+)`/).map { String($0.1) })
      }
      let named = documents.texts[path]!.matches(of: /COUNTERPOISE_[A-Z0-9_]+/)
      documented.formUnion(named.map { String($0.0) })
    }
    #expect(read.contains("COUNTERPOISE_DATA") && read.contains("COUNTERPOISE_KERNELS"))
    #expect(Promises.differences("variable", inCode: read, documented: documented) == [])
  }

  @Test("Every make target is documented, and no others")
  func targets() throws {
    let targets = Promises.targets(ofMakefile: try Repository.text(of: "Makefile"))
    #expect(targets.contains("quickstart") && targets.contains("test"))
    let named = Promises.targets(namedIn: try .ofRepository())
    #expect(Promises.differences("target", inCode: targets, documented: named) == [])
  }

  @Test("Every relative link leads to a file and a heading")
  func links() throws {
    let broken = try Documents.ofRepository().brokenLinks(exists: Repository.exists)
    #expect(broken == [])
  }

  @Test("Every path that a document names exists")
  func paths() throws {
    let missing = try Documents.ofRepository().missingPaths(exists: Repository.exists)
    #expect(missing == [])
  }

  @Test("CONTRIBUTING answers ten questions, and README lists them")
  func questions() throws {
    let documents = try Documents.ofRepository()
    for path in ["README.md", "CONTRIBUTING.md"] {
      let lines = documents.texts[path]!.split(separator: "\n")
      let listed = lines.filter { $0.wholeMatch(of: /\d+\. \[How do I [^\]]+\]\(\S+\)/) != nil }
      #expect(listed.count == 10, "\(path)")
    }
  }
}
