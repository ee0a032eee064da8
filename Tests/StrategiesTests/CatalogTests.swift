import Foundation
import Strategies
import TestSupport
import Testing

@Suite("The catalogue") struct CatalogTests {
  @Test("Every strategy passes its check", arguments: StrategyCatalog.names)
  func passesItsCheck(_ name: String) throws {
    let type = try #require(StrategyCatalog.type(named: name))
    #expect(checkStrategy(type) == [])
  }

  @Test("Names are unique and written with hyphens")
  func namesAreUnique() {
    #expect(Set(StrategyCatalog.names).count == StrategyCatalog.all.count)
    for name in StrategyCatalog.names {
      #expect(name.allSatisfy { $0.isLowercase || $0 == "-" }, "\(name)")
    }
  }

  @Test("Every trial of the command finds its promises kept", arguments: StrategyCatalog.names)
  func trial(_ name: String) throws {
    let type = try #require(StrategyCatalog.type(named: name))
    let findings = try StrategyTrial(type).findings
    #expect(findings.count >= 5)
    for finding in findings { #expect(finding.passes, "\(finding.what): \(finding.measured)") }
  }

  @Test("Every strategy is in the folder of its family", arguments: StrategyCatalog.names)
  func folders(_ name: String) throws {
    let type = try #require(StrategyCatalog.type(named: name))
    let folder =
      switch type.card.family {
      case .weighting: "Weights"
      case .loss: "Losses"
      case .sampling: "Sampling"
      case .augmentation: "Augmentation"
      case .mixing: "Mixing"
      case .schedule: "Schedules"
      case .postHoc: "PostHoc"
      case .reference, .combination: "."
      }
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Strategies/Catalogue/\(folder)")
    let files = try FileManager.default.contentsOfDirectory(
      at: path, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "swift" }
    let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
    #expect(texts.contains { $0.contains("public static let name = \"\(name)\"\n") })
  }
}
