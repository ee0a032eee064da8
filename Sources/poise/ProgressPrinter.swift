import Foundation
import Results
import Sweeps
import Training

/// Tells on standard error how a sweep goes: what runs, how fast, how long the rest will take.
final class ProgressPrinter: SweepObserver {
  private let results: String
  private let bar = ProgressBar(label: "")
  private let isTerminal = Terminal.errorIsTerminal
  /// A night that was slept through has passed all the same.
  private let start = ContinuousClock.now
  private var lastDrawn = monotonicSeconds()
  private var runs = 0
  private var imagesLeft = 0
  private var rate = 0.0
  private var current: (name: String, seen: Int, planned: Int) = ("", 0, 0)
  /// The last epoch of the run that goes on.
  private var epoch: String?

  /// The page that is kept up to date; `nil` for none.
  private let page: LivePage?

  init(results: String, page: LivePage? = nil) { (self.results, self.page) = (results, page) }

  func sweepStarts(_ overview: SweepOverview) {
    (runs, imagesLeft) = (overview.runs, overview.imagesLeft)
    let finished = overview.finished > 0 ? ", \(overview.finished) of them finished" : ""
    Terminal.complain(
      "sweep \(overview.name): \(overview.runs) runs\(finished), "
        + "\(overview.imagesLeft) images to train on → \(results)")
    page?.begin(runs: overview.runs, finished: overview.finished)
  }

  func runStarts(_ run: RunDescription, number: Int, attempt: Int) {
    current = (run.name, 0, run.imagesPlanned)
    lastDrawn = monotonicSeconds()
    epoch = nil
    // A terminal has the name in its bar.
    if attempt > 1 || !isTerminal {
      line("[\(number)/\(runs)] \(run.name)" + (attempt > 1 ? ", attempt \(attempt)" : ""))
    }
  }

  func runSkipped(_ run: RunDescription, number: Int, because reason: String) {
    line("[\(number)/\(runs)] \(run.name): skipped, \(reason)")
  }

  func runProgressed(_ run: RunDescription, number: Int, _ event: RunProgress) {
    current = (run.name, event.imagesSeen, event.imagesPlanned)
    if event.imagesPerSecond > 0 { rate = event.imagesPerSecond }
    if let ended = event.epoch { epoch = Self.describe(ended, of: run) }
    draw(number: number)
  }

  func runEnded(_ run: RunDescription, number: Int, _ outcome: RunOutcome) {
    imagesLeft -= run.imagesPlanned
    current = ("", 0, 0)
    let prefix = "[\(number)/\(runs)] \(run.name): "
    switch outcome {
    case .done(let result):
      line(prefix + "done in \(Duration.text(result.seconds)), " + Self.describe(result))
    case .diverged(let step, let reason):
      line(prefix + "diverged at step \(step): \(reason)")
    case .failed(let reason, _, _): line(prefix + "failed: \(reason)")
    case .cancelled(let reason): line(prefix + "stopped: \(reason)")
    }
    guard let page else { return }
    let left = rate > 0 ? Double(imagesLeft) / rate : nil
    switch outcome {
    case .done: page.runEnded(failed: false, left: left)
    case .diverged, .failed: page.runEnded(failed: true, left: left)
    case .cancelled: break
    }
  }

  func note(_ message: String) { line("note: \(message)") }

  /// The last line of a sweep.
  func close(_ summary: SweepRunner.Summary) {
    bar.finish()
    page?.close()
    var parts = ["\(summary.done) done"]
    if summary.equal > 0 { parts.append("\(summary.equal) the same as others") }
    if summary.skipped > 0 { parts.append("\(summary.skipped) skipped") }
    if summary.failed > 0 { parts.append("\(summary.failed) failed or diverged") }
    if summary.left > 0 { parts.append("\(summary.left) left") }
    if let reason = summary.stopReason, !summary.isRefused { parts.append(reason) }
    let seconds = Double((ContinuousClock.now - start).components.seconds)
    Terminal.complain(
      "sweep over after \(Duration.text(seconds)): \(parts.joined(separator: ", "))")
    if let reason = summary.stopReason, summary.isRefused {
      Terminal.complain(
        "stopped: \(reason). Nothing is lost and nothing counts as failed"
          + (summary.left > 0 ? "; 'poise cache clear' removes what can be made again" : ""))
    }
    if !summary.standingFailures.isEmpty {
      let names = summary.standingFailures
      let more = names.count > 8 ? " and \(names.count - 8) more" : ""
      Terminal.complain(
        "failed or diverged: \(names.prefix(8).joined(separator: ", "))\(more); "
          + "--retry-failed tries them again")
    }
    if summary.left > 0 { Terminal.complain("the same command continues where this one stopped") }
  }

  private func line(_ text: String) {
    bar.finish()
    Terminal.complain(text)
  }

  private func draw(number: Int) {
    guard monotonicSeconds() - lastDrawn >= (isTerminal ? 0.5 : 60) else { return }
    lastDrawn = monotonicSeconds()
    let share = Double(current.seen) / Double(max(current.planned, 1))
    let left = rate > 0 ? Double(imagesLeft - current.seen) / rate : .infinity
    // The most important first: a narrow terminal cuts the end.
    bar.draw(
      "[\(number)/\(runs)] \(ProgressBar.bar(share, width: 12)) \(Int(share * 100)) %, sweep "
        + "\(Duration.text(left)) left  \(current.name)  "
        + (epoch.map { "\($0)  " } ?? "") + "\(ProgressBar.number(rate)) images/s")
  }

  private static func describe(_ epoch: EpochRecord, of run: RunDescription) -> String {
    var text = "epoch \(epoch.epoch)/\(run.epochsPlanned)"
    if let recall = epoch.validation?.macroRecall {
      text += ", validation recall \(percent(recall))"
    }
    return text
  }

  private static func describe(_ result: RunResult) -> String {
    let headline = result.test?.headline
    return "accuracy \(percent(headline?.accuracy)), macro recall "
      + percent(headline?.macroRecall)
      + (result.imagesPerSecond.map { ", \(ProgressBar.number($0)) images/s" } ?? "")
  }

  private static func percent(_ value: Double?) -> String {
    // As reports round: a half up, also where binary fractions leave it a hair below.
    value.map { String(format: "%.1f %%", ($0 * 1000 + 1e-9).rounded() / 10) } ?? "n/a"
  }
}
