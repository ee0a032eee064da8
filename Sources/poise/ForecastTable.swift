import Foundation
import Reports
import Sweeps
import Training

/// What a sweep will take, as a table.
struct ForecastTable {
  let forecast: SweepForecast

  init(_ forecast: SweepForecast) { self.forecast = forecast }

  /// One line for strategies that take equally much, then the whole.
  var text: String {
    let rows = forecast.rows.map { row in
      [
        Self.short(row.strategies), "\(row.runs)", row.size,
        row.secondsPerStep.map(Self.number) ?? "–", row.seconds.map(Duration.text) ?? "–",
        ActivationPlan.text(bytes: row.memory),
      ]
    }
    let table = ListTable(
      header: ["strategies", "runs", "image, batch", "s/step", "time", "memory"], rows: rows)
    return ([table.text(width: Terminal.listWidth)] + [total].compactMap(\.self)).joined(
      separator: "\n")
  }

  /// In one line; `nil` where nothing was measured.
  var total: String? {
    guard let seconds = forecast.seconds else { return nil }
    let decoding =
      forecast.decoding >= 0.5
      ? ", of them \(Duration.text(forecast.decoding)) for decoding pictures once" : ""
    let memory = forecast.rows.map(\.memory).max() ?? 0
    return "about \(Duration.text(seconds)) for \(forecast.needs.count) runs\(decoding); "
      + "\(ActivationPlan.text(bytes: memory)) of memory a run, "
      + "\(ActivationPlan.text(bytes: forecast.disk)) on the disk"
  }

  /// The first labels, as many as fit.
  private static func short(_ labels: [String]) -> String {
    var shown = ""
    for (index, label) in labels.enumerated() {
      let more = shown.isEmpty ? label : ", " + label
      guard shown.isEmpty || shown.count + more.count <= 36 else {
        return shown + ", +\(labels.count - index)"
      }
      shown += more
    }
    return shown
  }

  /// Three digits, such as `0.0213`.
  static func number(_ seconds: Double) -> String {
    String(format: seconds >= 100 ? "%.0f" : "%.3g", seconds)
  }
}

extension SweepForecast {
  /// Hours with two digits, of a run; `nil` where nothing was measured.
  static func hours(_ seconds: Double?) -> String? {
    seconds.map { String(format: $0 >= 3600 ? "%.1f" : "%.2g", $0 / 3600) }
  }
}
