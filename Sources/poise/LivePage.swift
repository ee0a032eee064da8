import Experiments
import Files
import Foundation
import Reports
import Results
import ResultsSQLite
import Sweeps
import Training

/// The page of a sweep that is running, written again after every run.
///
/// It is for looking at: whatever goes wrong with it is said once, and the sweep goes on.
final class LivePage {
  private let path: String
  private let store: SQLiteRunStore
  private let sweep: String
  private let baseline: String
  private var planned = 0
  private var ended: (done: Int, failed: Int) = (0, 0)
  private var lastWritten = -Double.infinity
  /// Seconds that the last writing took.
  private var cost = 0.0
  private var hasFailed = false

  /// - Parameter path: as the user gave it.
  init(_ path: String, store: SQLiteRunStore, sweep: String, baseline: String) {
    (self.path, self.store, self.sweep, self.baseline) = (path, store, sweep, baseline)
  }

  /// Where the page is: `--live` as it was given, the file's path beside the store.
  static func path(live: String?, of experiment: Experiment, results: String) -> String? {
    if let live { return live }
    guard let page = experiment.page else { return nil }
    if page.hasPrefix("/") { return page }
    let folder = (results as NSString).deletingLastPathComponent
    return folder.isEmpty ? page : folder + "/" + page
  }

  func begin(runs: Int, finished: Int) {
    (planned, ended.done) = (runs, finished)
    write(left: nil, refresh: Self.refresh)
  }

  /// - Parameter left: seconds that the rest will take; `nil` where nobody knows.
  func runEnded(failed: Bool, left: Double?) {
    if failed { ended.failed += 1 } else { ended.done += 1 }
    // A page of many runs must not take the time of the runs.
    guard monotonicSeconds() - lastWritten >= max(Self.pause, 20 * cost) else { return }
    write(left: left, refresh: Self.refresh)
  }

  /// The last page, which no browser reads again.
  func close() { write(left: nil, refresh: nil) }

  /// Seconds between two pages, at least.
  private static let pause = 2.0
  /// Seconds after which a browser reads the file again.
  private static let refresh = 20

  private func write(left: Double?, refresh: Int?) {
    let start = monotonicSeconds()
    do {
      let runs = try store.summaries(ofSweep: sweep)
      // The baseline's first run may not be there yet.
      let label = runs.contains { $0.strategy == baseline } ? baseline : nil
      let recipes = try store.recipes(ofSweep: sweep)
      let comparisons = try Comparison.ofEachDataset(runs, recipes: recipes, baseline: label)
      guard !comparisons.isEmpty else { return }
      let report = HTMLReport(
        evidence: try EvidenceReading.evidence(
          for: comparisons, recipes: recipes, in: store),
        progress: .init(text(left: left, ended: refresh == nil), refresh: refresh),
        origin: "\(Timestamp.now()), poise \(Build.version)")
      try AtomicFile.write(report.render(comparisons), to: path)
    } catch {
      if !hasFailed {
        Terminal.complain("note: the page \(path) cannot be written: \(error); the sweep goes on")
      }
      hasFailed = true
    }
    lastWritten = monotonicSeconds()
    cost = lastWritten - start
  }

  private func text(left: Double?, ended isOver: Bool) -> String {
    var text = "\(ended.done) of \(planned) runs done"
    if ended.failed > 0 { text += ", \(ended.failed) failed or diverged" }
    if isOver { return text + "; the sweep has ended" }
    if let left, left.isFinite { text += "; about \(Duration.text(left)) left" }
    return text
  }
}
