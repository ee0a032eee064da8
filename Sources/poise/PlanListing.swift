import Experiments
import Files
import Recipes
import Reports
import Results
import Sweeps
import Training

/// The runs of a plan as a table or as CSV.
struct PlanListing: RunListing {
  let plan: SweepPlan
  let forecast: SweepForecast
  /// What would be done with each run, and why.
  private let reasons: [String]

  /// - Parameter store: the store's file, which need not exist.
  init(_ plan: SweepPlan, _ forecast: SweepForecast, store: String) throws {
    (self.plan, self.forecast) = (plan, forecast)
    reasons = try PlanStandings(plan, store: store).phrases()
  }

  private func need(of run: SweepPlan.PlannedRun) -> SweepForecast.Need? {
    forecast.needs[run.description.configHash]
  }

  /// One line a run, and what the plan amounts to.
  var text: String {
    let rows = plan.runs.enumerated().map { index, run -> [String] in
      let description = run.description
      return [
        "\(index + 1)", description.name, description.strategy, description.variant,
        "\(description.seed)", "\(description.imagesPlanned)",
        SweepForecast.hours(need(of: run)?.seconds) ?? "–",
        need(of: run).map { ActivationPlan.text(bytes: $0.memory) } ?? "–",
        String(description.configHash.prefix(8)), reasons[index],
      ]
    }
    let table = ListTable(
      header: [
        "#", "run", "strategy", "variant", "seed", "images", "hours", "memory", "fingerprint",
        "state",
      ],
      rows: rows)
    let made = plan.runs.filter { $0.equals == nil }
    let images = made.reduce(0) { $0 + $1.description.imagesPlanned }
    let equal = plan.runs.count - made.count
    let others = equal > 0 ? ", \(equal) of them the same as others and not run" : ""
    let problems = (forecast.problems + plan.experiment.warnings).map(\.description)
    let notes = [problems, plan.notes.map { PlainText.line("note: \($0)") }].filter { !$0.isEmpty }
      .map { Shortening.lines($0) }
    let counts = "\(plan.runs.count) runs, \(images) images in all\(others)"
    let total = [ForecastTable(forecast).total].compactMap(\.self)
    return ([table.text(width: Terminal.listWidth), "", counts] + total + notes).joined(
      separator: "\n")
  }

  /// RFC 4180, one line a run.
  var csv: String {
    let rows = plan.runs.enumerated().map { index, run -> [String] in
      let description = run.description
      return [
        "\(index + 1)", description.name, description.strategy, description.variant,
        "\(description.seed)", "\(description.epochsPlanned)", "\(description.imagesPlanned)",
        description.configHash, description.groupHash,
        need(of: run)?.seconds.map { "\(Int($0.rounded()))" } ?? "",
        need(of: run).map { "\($0.memory / 1_000_000)" } ?? "", run.equals ?? "",
        reasons[index],
      ]
    }
    let header = [
      "number", "run", "strategy", "variant", "seed", "epochs", "images", "config_hash",
      "group_hash", "seconds", "memory_mb", "equals", "state",
    ]
    return ListTable(header: header, rows: rows).csv(exact: Terminal.hasExactCSV)
  }
}

/// Runs in an order, for people and for programs.
protocol RunListing {
  /// One line a run, and what there is to say of all.
  var text: String { get }
  /// RFC 4180, one line a run.
  var csv: String { get }
}

/// The runs of an experiment as its file alone has them, in its order.
struct RunNames: RunListing {
  private let experiment: Experiment

  init(_ experiment: Experiment) { self.experiment = experiment }

  private var table: ListTable {
    ListTable(
      header: ["number", "run", "strategy", "variant", "seed"],
      rows: experiment.recipes.enumerated().map { index, recipe in
        ["\(index + 1)", recipe.runName, recipe.label, recipe.variant, "\(recipe.seed)"]
      })
  }

  var text: String {
    let warnings = Shortening.lines(experiment.warnings.map(\.description))
    return [table.text(width: Terminal.listWidth), "", "\(experiment.recipes.count) runs"].joined(
      separator: "\n")
      + (warnings.isEmpty ? "" : "\n" + warnings)
  }

  var csv: String { table.csv(exact: Terminal.hasExactCSV) }
}
