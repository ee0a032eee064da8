import Experiments
import Foundation
import Testing
@Test func probe() throws {
  var t = ""
  for s in FileSection.all { t += "## " + s.name + "\n" + s.table.joined(separator: "\n") + "\n" }
  try Data(t.utf8).write(to: URL(fileURLWithPath: "/tmp/tables.md"))
}
