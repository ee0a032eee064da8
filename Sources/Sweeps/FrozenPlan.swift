import Experiments
import Files
import Foundation
import Recipes
import Results
import Training

/// A plan as a file: every run resolved, with its fingerprint, in its order, in chains with numbers.
///
/// A chain is a run with all that depends on it: its stages, the post-hoc runs that start from its
/// weights, and the runs that it stands for. Chains do not depend on each other, so that each may be made
/// on another machine; a chain's index means the same runs for as long as the file exists.
public struct FrozenPlan: Codable, Sendable {
  /// The form of the file that this version writes.
  public static let currentForm = 1

  /// The form of this file.
  public var form = FrozenPlan.currentForm
  /// The version of `poise` that froze it.
  public var version: String
  /// What recipes mean: ``Recipe/schemaVersion`` of that version.
  public var schema: Int
  /// The experiment file as it was.
  public var sweep: SweepRecord
  /// When a run ends early, and how often it is tried again.
  public var limits: SweepLimits
  /// What there was to say of the plan.
  public var notes: [String]
  /// The data sets of the runs, each once.
  public var datasets: [DatasetRecord]
  /// All runs in the order of the plan, each after the one that it needs.
  public var runs: [Run]

  /// One run of the plan.
  public struct Run: Codable, Sendable {
    /// The index of its chain, from 0.
    public var index: Int
    /// Its stable name over stores and machines.
    public var uid: String
    /// Its place among ``FrozenPlan/datasets``.
    public var dataset: Int
    /// The fingerprint of the run whose weights it starts from.
    public var needs: String?
    /// The fingerprint of the run that trains the same and is made in its place.
    public var equals: String?
    /// What is to be trained.
    public var recipe: Recipe
    /// What a store is told of it; its data set's classes and images are left out.
    public var description: RunDescription
  }

  /// Freezes a plan.
  public init(_ plan: SweepPlan) {
    (version, schema) = (Build.version, Recipe.schemaVersion)
    let experiment = plan.experiment
    sweep = SweepRecord(
      name: experiment.name, file: experiment.file, source: experiment.source,
      baseline: experiment.baseline)
    (limits, notes) = (experiment.limits, plan.notes)
    (datasets, runs) = ([], [])
    var places: [DatasetKey: Int] = [:]
    for (run, index) in zip(plan.runs, RunChains(plan.runs).indices) {
      let data = run.description.dataset
      let key = DatasetKey(name: data.name, digest: data.digest)
      if places[key] == nil {
        places[key] = datasets.count
        datasets.append(data)
      }
      var description = run.description
      description.dataset = DatasetRecord(
        name: data.name, digest: data.digest, classes: [], quarantined: [:])
      runs.append(
        Run(
          index: index,
          uid: Fingerprint.uid(sweep: description.sweep, configHash: description.configHash),
          dataset: places[key]!, needs: run.needs, equals: run.equals, recipe: run.recipe,
          description: description))
    }
  }

  /// How many chains there are: indices are below it.
  public var chains: Int { (runs.map(\.index).max() ?? -1) + 1 }

  /// The runs as a sweep or a worker makes them.
  ///
  /// - Parameters:
  ///   - chain: the index of the only chain that counts; `nil` is all.
  ///   - workFolder: where the runs' folders go.
  /// - Precondition: there is such a chain.
  public func plan(chain: Int? = nil, workFolder: String) -> SweepPlan {
    let chosen = runs.filter { chain == nil || $0.index == chain }
    let experiment = Experiment(
      frozenAs: sweep.name, file: sweep.file, source: sweep.source, baseline: sweep.baseline ?? "",
      recipes: chosen.map(\.recipe), limits: limits)
    return SweepPlan(
      experiment,
      runs: chosen.map { run in
        SweepPlan.PlannedRun(
          recipe: run.recipe, description: description(of: run),
          folder: SweepPlan.folder(
            ofRun: run.description.name, configHash: run.description.configHash, in: workFolder),
          needs: run.needs, equals: run.equals)
      },
      notes: notes)
  }

  /// What stores are told of all runs, in the order of the plan.
  public var descriptions: [RunDescription] { runs.map(description(of:)) }

  private func description(of run: Run) -> RunDescription {
    var description = run.description
    description.dataset = datasets[run.dataset]
    return description
  }

  private struct DatasetKey: Hashable {
    var name: String
    var digest: String
  }
}

extension SweepPlan {
  /// A plan whose runs are known.
  init(_ experiment: Experiment, runs: [PlannedRun], notes: [String]) {
    (self.experiment, self.runs, self.notes) = (experiment, runs, notes)
  }

  /// Refuses data that are not those which a frozen plan was made from.
  ///
  /// - Parameter data: as ``init(_:data:workFolder:)`` takes them.
  /// - Throws: ``SweepError`` where a digest is another one.
  public func require(_ data: [PreparedData]) throws(SweepError) {
    let prepared = PreparedParts(experiment, data)
    for run in runs {
      let (found, expected) = (
        prepared.data(of: run.recipe).digest, run.description.dataset.digest
      )
      guard found != expected else { continue }
      throw SweepError(
        "the data in \(run.recipe.dataset.root) are not those of the plan: digest "
          + "\(found.prefix(12)), expected \(expected.prefix(12)) for \(run.description.name); bring the "
          + "same files there, or freeze the plan anew with 'poise plan FILE --freeze PLAN'")
    }
  }
}
