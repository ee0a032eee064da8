import Foundation
import Testing

/// A file in the `Fixtures` folder beside the calling test file.
public func fixture(_ name: String, file: String = #filePath) -> URL {
  URL(fileURLWithPath: file).deletingLastPathComponent()
    .appendingPathComponent("Fixtures").appendingPathComponent(name)
}

/// A JSON fixture, decoded.
public func fixture<Value: Decodable>(
  _ name: String, as type: Value.Type, file: String = #filePath
) throws -> Value {
  try JSONDecoder().decode(type, from: Data(contentsOf: fixture(name, file: file)))
}

/// Compares a text we show people with its copy `Fixtures/<name>`, and names the first line that
/// differs.
///
/// With `COUNTERPOISE_RECORD=1` the copy is written, and the test fails: recording is not passing.
public func assertSnapshot(
  _ text: String, named name: String, file: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let record = ProcessInfo.processInfo.environment["COUNTERPOISE_RECORD"] == "1"
  let finding = snapshotFinding(text, stored: fixture(name, file: file), record: record)
  if let finding { Issue.record(Comment(rawValue: finding), sourceLocation: sourceLocation) }
}

/// What is wrong with a text compared with its stored copy; `nil` when they are equal.
public func snapshotFinding(_ text: String, stored url: URL, record: Bool) -> String? {
  let name = url.lastPathComponent
  if record {
    do { try Data(text.utf8).write(to: url) } catch { return "\(name) cannot be written: \(error)" }
    return "\(name) was recorded; read it, then run again without COUNTERPOISE_RECORD"
  }
  guard let stored = try? String(contentsOf: url, encoding: .utf8) else {
    return "\(name) does not exist; record it with COUNTERPOISE_RECORD=1. The text is:\n\(text)"
  }
  // Byte by byte: two spellings of one letter are two texts.
  if stored.utf8.elementsEqual(text.utf8) { return nil }
  let (was, now) = (lines(of: stored), lines(of: text))
  let first =
    zip(was, now).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    ?? min(was.count, now.count)
  let (old, new) = (
    first < was.count ? was[first] : "(end)", first < now.count ? now[first] : "(end)"
  )
  return
    "\(name) differs first in line \(first + 1):\n  stored: \(old)\n  now:    \(new)\nNow:\n\(text)"
}

private func lines(of text: String) -> [Substring] {
  text.split(separator: "\n", omittingEmptySubsequences: false)
}
