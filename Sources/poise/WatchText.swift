import Reports
import Results

/// How a sweep goes, as text.
struct WatchText {
  let sweep: WatchedSweep

  /// One line: how many runs are where, and how long the rest will take.
  var headline: String {
    let runs = sweep.runs
    let states = RunStatus.allCases.compactMap { status -> String? in
      let count = runs.count { $0.status == status }
      return count > 0 ? "\(count) \(status.rawValue)" : nil
    }
    let rate = runs.filter(\.isAlive).compactMap(\.imagesPerSecond).reduce(0, +)
    let left = runs.reduce(0) { $0 + $1.imagesLeft }
    let end =
      left == 0
      ? "" : rate > 0 ? "; about \(Duration.text(left / rate)) left" : "; nothing is at work"
    return "\(sweep.name): \(runs.count) runs, \(states.joined(separator: ", "))\(end)"
  }

  /// The headline, what is at work, and what went wrong with its last words.
  var whole: String {
    let working = sweep.runs.filter { $0.status == .running }
    let failed = sweep.runs.filter { [.failed, .diverged, .lost].contains($0.status) }
    var parts = [headline]
    if !working.isEmpty {
      parts.append(
        ListTable(
          header: ["run", "progress", "images/s", "sign of life"], rows: working.map(row)
        ).text())
    }
    if !failed.isEmpty {
      parts.append(
        Self.lines(
          failed.map { "\($0.status.rawValue): \($0.name): \($0.error ?? "no word of why")" }))
    }
    if !sweep.troubles.isEmpty { parts.append(Self.lines(sweep.troubles)) }
    return parts.joined(separator: "\n\n")
  }

  private func row(_ run: WatchedRun) -> [String] {
    let share = run.epochsPlanned > 0 ? Double(run.epochsDone) / Double(run.epochsPlanned) : 0
    return [
      run.name,
      "\(ProgressBar.bar(share, width: 10)) epoch \(run.epochsDone) of \(run.epochsPlanned)",
      run.imagesPerSecond.map(ProgressBar.number) ?? "–", sign(of: run),
    ]
  }

  private func sign(of run: WatchedRun) -> String {
    let host = run.host.map { ", \($0)" } ?? ""
    guard let silence = run.silence else { return "none\(host)" }
    let age = Duration.text(silence)
    return run.isAlive ? "\(age) ago\(host)" : "no sign of life for \(age)\(host)"
  }

  /// Of very many the first.
  private static func lines(_ sentences: [String]) -> String {
    let shown = sentences.prefix(10)
    let rest = sentences.count - shown.count
    return (shown + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
  }
}
