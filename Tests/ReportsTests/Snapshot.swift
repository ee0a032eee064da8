import Foundation
import Testing

/// Compares a text with the file of this name in `Fixtures`, byte by byte; with `RECORD_SNAPSHOTS`
/// set, writes the file instead and fails, so that a recording run cannot pass for a test.
func expectSnapshot(
  _ text: String, _ name: String, location: SourceLocation = #_sourceLocation
) {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  let file = folder.appendingPathComponent("Fixtures").appendingPathComponent(name)
  if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
    try? Data(text.utf8).write(to: file)
    Issue.record("recorded \(name); read it", sourceLocation: location)
    return
  }
  guard let data = try? Data(contentsOf: file) else {
    Issue.record("there is no \(file.path)", sourceLocation: location)
    return
  }
  let expected = String(decoding: data, as: UTF8.self)
  guard expected.utf8.elementsEqual(text.utf8) == false else { return }
  let (old, new) = (
    expected.split(separator: "\n", omittingEmptySubsequences: false),
    text.split(separator: "\n", omittingEmptySubsequences: false)
  )
  let place = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
  Issue.record(
    """
    \(name) differs from line \(place + 1):
    expected: \(place < old.count ? String(old[place]) : "(end)")
    received: \(place < new.count ? String(new[place]) : "(end)")
    """, sourceLocation: location)
}
