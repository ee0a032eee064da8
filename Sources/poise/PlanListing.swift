import Foundation
import Results
import Sweeps

/// The runs of a plan as a table or as CSV.
struct PlanListing {
  let plan: SweepPlan

  init(_ plan: SweepPlan) { self.plan = plan }

  /// One line a run, and what the plan amounts to.
  var text: String {
    let rows = plan.runs.enumerated().map { index, run -> [String] in
      let description = run.description
      return [
        "\(index + 1)", description.name, description.strategy, description.variant,
        "\(description.seed)", "\(description.imagesPlanned)",
        String(description.configHash.prefix(8)),
      ]
    }
    let header = ["#", "run", "strategy", "variant", "seed", "images", "fingerprint"]
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let lines = ([header] + rows).map { row in
      zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
        .joined(separator: "  ").trimmingTrailingSpaces
    }
    let images = plan.runs.reduce(0) { $0 + $1.description.imagesPlanned }
    let notes = plan.experiment.warnings.map(\.description) + plan.notes.map { "note: \($0)" }
    return (lines + ["", "\(plan.runs.count) runs, \(images) images in all"] + notes)
      .joined(separator: "\n")
  }

  /// RFC 4180, one line a run.
  var csv: String {
    let header = "number,run,strategy,variant,seed,epochs,images,config_hash,group_hash"
    let rows = plan.runs.enumerated().map { index, run -> String in
      let description = run.description
      return [
        "\(index + 1)", description.name, description.strategy, description.variant,
        "\(description.seed)", "\(description.epochsPlanned)", "\(description.imagesPlanned)",
        description.configHash, description.groupHash,
      ].map(Self.quoted).joined(separator: ",")
    }
    return ([header] + rows).joined(separator: "\r\n") + "\r\n"
  }

  private static func quoted(_ cell: String) -> String {
    let needsQuotes = cell.unicodeScalars.contains { [",", "\"", "\r", "\n"].contains($0) }
    return needsQuotes ? "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : cell
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
