import Datasets
import Networks
import Recipes
import Strategies

/// Strategies and models that have no meaning together.
extension ExperimentReader {
  /// Refuses strategies that choose a parameter on validation images where a file has none.
  func checkChoices(
    _ groups: [(label: String, place: Place, strategy: any Strategy)], split: SplitConfiguration
  ) {
    guard split.validation == 0, !split.mayHaveOwnValidation else { return }
    for (label, place, strategy) in groups {
      guard let parameter = strategy.parameterChosenOnValidation else { continue }
      problems.add(
        place,
        "strategies.\(label) chooses its \(parameter) on validation, and split.validation is 0",
        hint: "give split.validation a share above 0, or set \(parameter)")
    }
  }

  /// Refuses at the strategy's place what would otherwise be refused when its run is planned on the
  /// data.
  func checkPairings(
    _ groups: [(label: String, place: Place, model: ModelConfiguration, strategy: any Strategy)]
  ) {
    for (label, place, model, strategy) in groups {
      let path = "strategies.\(label)"
      if model.freeze != nil, strategy.mixesImages {
        problems.add(
          place,
          "\(path) mixes images, and what a frozen part makes of an image is kept for all mixes of "
            + "it",
          hint: "remove model.freeze, or choose a strategy without mixing")
      }
      guard let text = model.text else { continue }
      let reads = "model.text.variant is \(text.variant.rawValue)"
      if strategy.mixesImages {
        problems.add(
          place, "\(path) mixes images, and there is no mixing of texts (\(reads))",
          hint: "set model.text.variant to none, or choose a strategy without mixing")
      }
      if strategy.leavesTrunk {
        problems.add(
          place,
          "\(path) leaves the trunk as it is, and a network that reads texts has no such trunk "
            + "(\(reads))", hint: "set model.text.variant to none, or choose another strategy")
      }
      guard text.variant == .text else { continue }
      for (key, isSet) in [("freeze", model.freeze != nil), ("weights", model.weights != nil)]
      where isSet {
        problems.add(
          place,
          "\(path): model.text.variant is text, which reads no image: model.\(key) has no "
            + "meaning", hint: "remove it")
      }
    }
  }
}
