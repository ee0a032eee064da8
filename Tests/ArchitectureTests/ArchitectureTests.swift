import Foundation
import Testing

@Suite("The house")
struct ArchitectureTests {
  @Test("Every dependency of the manifest goes strictly down the floors")
  func floors() throws {
    let file = Architecture.root.appendingPathComponent("Docs/floors.txt")
    let floors = try Architecture.floors(in: String(contentsOf: file, encoding: .utf8))
    let house = try Architecture(manifest: Architecture.manifest())
    #expect(house.rooms.count > 15 && house.edges.count > 40)
    #expect(house.violations(floors: floors) == [])
  }

  @Test("Every dependency that the manifest declares is imported, and every import is declared")
  func imports() throws {
    let house = try Architecture(manifest: Architecture.manifest())
    #expect(try house.idleOrUndeclared() == [])
  }

  @Test("An edge upwards, one along a floor, a forgotten room and a test room are all found")
  func planted() throws {
    let manifest = """
      {"targets": [
        {"name": "High", "type": "regular", "dependencies": [{"byName": ["Low", null]}]},
        {"name": "Low", "type": "regular", "dependencies": [{"target": ["High", null]}]},
        {"name": "Beside", "type": "regular", "dependencies": [{"byName": ["Low", null]},
          {"product": ["Yams", "Yams", null, null]}, {"byName": ["TestSupport", null]}]},
        {"name": "New", "type": "executable", "dependencies": []},
        {"name": "TestSupport", "type": "regular", "dependencies": []},
        {"name": "LowTests", "type": "test", "dependencies": [{"byName": ["High", null]}]}]}
      """
    let house = try Architecture(manifest: Data(manifest.utf8))
    let floors = try Architecture.floors(in: "High 1 # top\n\nLow 0\nBeside 0\nGone 2\n")
    #expect(
      house.violations(floors: floors) == [
        "Beside (floor 0) depends on Low (floor 0): not downwards",
        "Beside depends on TestSupport, which is for tests only",
        "Docs/floors.txt names Gone, which is no target",
        "Low (floor 0) depends on High (floor 1): not downwards",
        "New has no floor in Docs/floors.txt",
      ])
  }

  @Test(
    "A line of floors.txt that makes no sense is an error", arguments: ["A", "A b", "A 1\nA 2"])
  func badFloors(text: String) {
    #expect(throws: Architecture.Unreadable.self) { try Architecture.floors(in: text) }
  }

  @Test(
    "Every room of Swift and the three of C with loops or decoders have a README of at least eight lines"
  )
  func readmes() throws {
    let rooms = try Architecture.swiftFiles().filter { !$0.value.isEmpty }.keys
    for room in rooms + ["CKernels", "CMeter", "CPictures"] {
      let text = (try? Repository.text(of: "Sources/\(room)/README.md")) ?? ""
      let lines = text.count { $0 == "\n" }
      #expect(lines >= 8, "Sources/\(room)/README.md has \(lines) lines")
    }
  }

  @Test(
    "Heavy dependencies live alone",
    arguments: [
      ("COpenBLAS", ["Kernels"]), ("GRDB", ["ResultsSQLite"]), ("GRDBSQLite", ["ResultsSQLite"]),
      ("ArgumentParser", ["enginebench", "poise"]), ("Yams", ["Experiments"]),
      ("Mustache", ["Reports"]),
      ("CPictures", ["Images"]), ("CWebP", ["Images"]), ("CGIF", ["Images"]),
      ("CZlib", ["Drawing", "Files"]),
      ("CCrypto", ["Files"]),
    ])
  func importers(module: String, rooms: [String]) throws {
    let importers = try Architecture.importers(of: module)
    #expect(importers.isSubset(of: rooms), "\(module) is imported by \(importers.sorted())")
  }

  @Test("Import lines are read in all their forms")
  func importLines() {
    let source = """
      import A
      @preconcurrency import B
      public import struct C.D
        package import E
      // import F
      let text = "import G"
      important import
      #if canImport(H)
        import H
      #endif
      """
    #expect(Architecture.imports(in: source) == ["A", "B", "C", "E", "H"])
  }
}
