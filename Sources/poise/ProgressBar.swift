import Files
import Foundation
import Training

/// A bar on standard error while something countable goes on: redrawn in place on a terminal, one
/// line a minute elsewhere.
final class ProgressBar {
  private let label: String
  private let isTerminal = Terminal.errorIsTerminal
  private let start = monotonicSeconds()
  private var lastDrawn: Double
  private var isOpen = false

  init(label: String) {
    self.label = label
    // Where every drawing is a line, the first is worth one only after a minute.
    lastDrawn = isTerminal ? -.infinity : start
  }

  func update(done: Int, total: Int) {
    let now = monotonicSeconds()
    let interval = isTerminal ? 0.2 : 60
    guard now - lastDrawn >= interval else { return }
    lastDrawn = now
    let rate = Double(done) / max(now - start, 1e-3)
    let left = rate > 0 ? Double(total - done) / rate : 0
    let share = total > 0 ? Double(done) / Double(total) : 1
    draw(
      "\(label) \(Self.bar(share)) \(done)/\(total)  \(Self.number(rate))/s  "
        + "\(Duration.text(left)) left")
  }

  /// Replaces the line on a terminal, else adds one. What would wrap is cut: a second line would stay.
  func draw(_ line: String) {
    if isTerminal {
      Terminal.draw("\r\u{1B}[K\(PlainText.line(line).prefix(max(1, Terminal.errorWidth - 1)))")
      isOpen = true
    } else {
      Terminal.complain(line)
    }
  }

  /// Leaves the line clean for what comes next.
  func finish() {
    if isOpen { Terminal.draw("\r\u{1B}[K") }
    isOpen = false
  }

  static func bar(_ share: Double, width: Int = 24) -> String {
    let filled = Int((min(max(share, 0), 1) * Double(width)).rounded(.down))
    return "[" + String(repeating: "#", count: filled)
      + String(repeating: "·", count: width - filled) + "]"
  }

  static func number(_ value: Double) -> String {
    value >= 100 ? String(Int(value)) : String(format: "%.1f", value)
  }
}

/// Durations for people.
enum Duration {
  /// Such as `42 s`, `3 min 20 s`, `7 h 05 min`.
  static func text(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "?" }
    let total = Int(seconds.rounded())
    if total < 60 { return "\(total) s" }
    if total < 3600 { return "\(total / 60) min \(String(format: "%02d", total % 60)) s" }
    return "\(total / 3600) h \(String(format: "%02d", total % 3600 / 60)) min"
  }
}
