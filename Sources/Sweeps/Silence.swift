/// How long a worker has been without a sign of life, and when that is too long.
///
/// Only time counts in which the parent listened: neither a suspended machine nor a parent that was
/// stopped or waited for the store makes a worker look dead.
package struct Silence {
  /// The longest time that is a matter of course whatever the step takes: decoding, evaluation and
  /// checkpoints tell of themselves more often.
  package let floor: Double
  private var seconds = 0.0
  private var last: Double
  private var step: Double?
  private var hasStarted = false

  /// A worker may be silent for so many of its steps.
  package static let steps = 100.0
  /// Before the first step, data are read and checked, which no event tells of in between.
  package static let startFactor = 3.0
  /// The longest that one look for events takes, with room for a busy machine.
  private static let longestLook = 1.0

  package init(floor: Double, now: Double) { (self.floor, last) = (floor, now) }

  /// The longest silence now.
  package var limit: Double {
    max(hasStarted ? floor : Self.startFactor * floor, Self.steps * (step ?? 0))
  }

  /// A look for events ended at `now`.
  package mutating func look(at now: Double, hasHeard: Bool) {
    seconds = hasHeard ? 0 : seconds + min(max(now - last, 0), Self.longestLook)
    last = now
  }

  /// The parent did something else until `now`.
  package mutating func skip(to now: Double) { last = now }

  /// A step takes so long, as the worker says.
  package mutating func note(step: Double) {
    hasStarted = true
    if step.isFinite, step > 0 { self.step = step }
  }

  /// Training has begun.
  package mutating func noteStart() { hasStarted = true }

  /// What to say where the silence is too long; `nil` where it is not.
  package var verdict: String? {
    guard seconds >= limit else { return nil }
    let span = seconds < 120 ? "\(Int(seconds)) s" : "\(Int(seconds / 60)) min"
    guard let step else { return "no sign of life for \(span)" }
    let digits = step < 10 ? (step * 10).rounded() / 10 : step.rounded()
    let text =
      step < 0.05 ? "less than 0.1" : digits == digits.rounded() ? "\(Int(digits))" : "\(digits)"
    return "no sign of life for \(span) (steps take \(text) s)"
  }
}
