import Foundation
import Strategies
import Testing

/// Docs/strategies.md as it was last written by `make proofs`.
@Suite("The table of proofs") struct ProofTableTests {
  private static func document() throws -> String {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try String(
      contentsOf: root.appendingPathComponent("Docs/strategies.md"), encoding: .utf8)
  }

  @Test("Every strategy has a row with its paper", arguments: StrategyCatalog.names)
  func row(_ name: String) throws {
    let type = try #require(StrategyCatalog.type(named: name))
    let rows = try Self.document().split(separator: "\n").filter { $0.hasPrefix("| `\(name)` |") }
    #expect(rows.count == 1, "run 'make proofs'")
    guard let row = rows.first else { return }
    #expect(row.contains("| \(type.card.paper) |"), "run 'make proofs'")
    #expect(!row.contains("MISSING"), "\(name) has no golden comparison; see Tests/References")
    #expect(!row.contains("BROKEN"), "\(name) does not keep a promise; see 'poise strategies test'")
  }

  @Test("No row is of a strategy that is gone")
  func noStrangers() throws {
    for line in try Self.document().split(separator: "\n") where line.hasPrefix("| `") {
      let name = line.dropFirst(3).prefix { $0 != "`" }
      #expect(StrategyCatalog.names.contains(String(name)), "\(name): run 'make proofs'")
    }
  }
}
