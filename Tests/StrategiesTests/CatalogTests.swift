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
}
