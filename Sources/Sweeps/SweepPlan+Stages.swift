import Datasets
import Experiments
import Recipes
import Training

extension SweepPlan {
  /// Classes that stages share, and classes that are in none: both may be meant, and neither is seen
  /// from a file alone.
  static func stageNotes(_ experiment: Experiment, data stages: [PreparedData]) -> [String] {
    guard stages.count > 1 else { return [] }
    var notes: [String] = []
    let names = stages.map { $0.splits.labelMap.names }
    var staged: Set<String> = []
    for (place, own) in names.enumerated() {
      let again = own.filter(staged.contains)
      if !again.isEmpty {
        notes.append(
          "stage \(place + 1) has \(listed(again)) of earlier stages again: with all stages "
            + "together, a class counts as its last stage knows it")
      }
      staged.formUnion(own)
    }
    let left = (try? classes(experiment, catalogue: stages[0].catalogue))?.filter {
      !staged.contains($0)
    }
    if let left, !left.isEmpty { notes.append("\(listed(left)) in no stage") }
    return notes
  }

  /// What all stages choose from: the conditions that they share.
  private static func classes(
    _ experiment: Experiment, catalogue: Catalogue
  ) throws -> [String] {
    let selections = experiment.datasets.map(\.classes)
    func shared<Value: Equatable>(_ value: KeyPath<ClassSelection, Value>, or other: Value) -> Value
    {
      let all = selections.map { $0[keyPath: value] }
      return all.allSatisfy { $0 == all[0] } ? all[0] : other
    }
    let whole = ClassSelection(
      minImages: shared(\.minImages, or: nil), include: shared(\.include, or: []),
      exclude: shared(\.exclude, or: []))
    return try DatasetSplits.make(
      from: catalogue, split: experiment.recipes[0].split, classes: whole
    ).labelMap.names
  }

  private static func listed(_ names: [String]) -> String {
    let more = names.count > 8 ? ", …" : ""
    return "\(names.count) class\(names.count == 1 ? "" : "es") "
      + "(\(names.prefix(8).joined(separator: ", "))\(more))"
  }
}
