import Foundation
import Testing

/// |a − b| divided by the larger of |b| and `floor`; the floor keeps numbers near 0 from counting.
///
/// NaN against NaN is 0 apart; NaN against a number, or a wrong infinity, is infinitely far.
public func relativeError(_ a: Double, _ b: Double, floor: Double = 1e-12) -> Double {
  if a == b || (a.isNaN && b.isNaN) { return 0 }
  guard a.isFinite, b.isFinite else { return .infinity }
  return abs(a - b) / max(abs(b), floor)
}

/// The largest relative error of two rows of numbers, and where; rows of different length are
/// infinitely far apart.
public func worstRelativeError(
  _ a: [Double], _ b: [Double], floor: Double = 1e-12
) -> (error: Double, index: Int) {
  guard a.count == b.count else { return (.infinity, min(a.count, b.count)) }
  var worst = (error: 0.0, index: 0)
  for index in a.indices {
    let error = relativeError(a[index], b[index], floor: floor)
    if error > worst.error { worst = (error, index) }
  }
  return worst
}

/// What is wrong with a row of numbers; `nil` when each is within a relative error of its partner.
public func closenessFinding(
  _ actual: [Double], _ expected: [Double], within tolerance: Double, floor: Double = 1e-12
) -> String? {
  guard actual.count == expected.count else {
    return "\(actual.count) numbers, but \(expected.count) expected"
  }
  let worst = worstRelativeError(actual, expected, floor: floor)
  guard worst.error > tolerance else { return nil }
  return """
    worst at index \(worst.index) of \(actual.count): \(actual[worst.index]), but \
    \(expected[worst.index]) expected; relative error \(worst.error), allowed \(tolerance)
    """
}

/// Expects two rows of numbers to agree within a relative error; names the worst index.
///
/// State in the test why `tolerance` is what it is: ulps, or the error of a `Double` reference.
public func assertClose(
  _ actual: [Double], _ expected: [Double], within tolerance: Double, floor: Double = 1e-12,
  _ label: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let finding = closenessFinding(actual, expected, within: tolerance, floor: floor) else {
    return
  }
  let text = label.isEmpty ? finding : "\(label): \(finding)"
  Issue.record(Comment(rawValue: text), sourceLocation: sourceLocation)
}

/// Expects two rows of numbers to agree within a relative error; names the worst index.
public func assertClose(
  _ actual: [Float], _ expected: [Float], within tolerance: Double, floor: Double = 1e-12,
  _ label: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  assertClose(
    actual.map(Double.init), expected.map(Double.init), within: tolerance, floor: floor, label,
    sourceLocation: sourceLocation)
}

/// A small number such as an error with two digits: `3.1e-07`.
public func inShort(_ value: Double) -> String { String(format: "%.1e", value) }
