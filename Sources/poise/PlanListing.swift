import Reports
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
    let table = ListTable(
      header: ["#", "run", "strategy", "variant", "seed", "images", "fingerprint"], rows: rows)
    let made = plan.runs.filter { $0.equals == nil }
    let images = made.reduce(0) { $0 + $1.description.imagesPlanned }
    let equal = plan.runs.count - made.count
    let others = equal > 0 ? ", \(equal) of them the same as others and not run" : ""
    let notes = plan.experiment.warnings.map(\.description) + plan.notes.map { "note: \($0)" }
    let total = "\(plan.runs.count) runs, \(images) images in all\(others)"
    return ([table.text(), "", total] + notes).joined(separator: "\n")
  }

  /// RFC 4180, one line a run.
  var csv: String {
    let rows = plan.runs.enumerated().map { index, run -> [String] in
      let description = run.description
      return [
        "\(index + 1)", description.name, description.strategy, description.variant,
        "\(description.seed)", "\(description.epochsPlanned)", "\(description.imagesPlanned)",
        description.configHash, description.groupHash, run.equals ?? "",
      ]
    }
    let header = [
      "number", "run", "strategy", "variant", "seed", "epochs", "images", "config_hash",
      "group_hash", "equals",
    ]
    return ListTable(header: header, rows: rows).csv()
  }
}
