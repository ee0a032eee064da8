import Datasets
import Experiments
import Recipes
import Training

/// Which prepared data each run of an experiment uses: that of its stage, or of its fold.
struct PreparedParts {
  /// The data of each stage; of folds the first.
  let stages: [PreparedData]
  private let byClasses: [ClassSelection: PreparedData]
  private let byFold: [Int: PreparedData]

  /// - Precondition: as many as ``Experiment/datasets``, or as ``Experiment/splits`` where there are
  ///   folds.
  init(_ experiment: Experiment, _ data: [PreparedData]) {
    let splits = experiment.splits
    let hasFolds = splits.contains { $0.fold != nil }
    precondition(
      data.count == (hasFolds ? splits.count : experiment.datasets.count),
      "a data set a stage or fold")
    stages = hasFolds ? Array(data.prefix(1)) : data
    byClasses = Dictionary(
      zip(experiment.datasets.map(\.classes), stages), uniquingKeysWith: { first, _ in first })
    byFold =
      hasFolds
      ? Dictionary(uniqueKeysWithValues: zip(splits.map(\.foldIndex), data)) : [:]
  }

  /// The data of a run of the experiment.
  func data(of recipe: Recipe) -> PreparedData {
    (recipe.split.fold == nil ? byClasses[recipe.dataset.classes] : byFold[recipe.split.foldIndex])!
  }

  /// Classes and their training images as a recipe knows them, whichever of its folds are there: folds
  /// have the same classes.
  func census(of recipe: Recipe) -> ClassCensus {
    byClasses[recipe.dataset.classes]!.splits.census
  }

  /// The digest of the data of a run that another one starts from; `nil` where it is none of these.
  func digest(of recipe: Recipe) -> String? {
    if recipe.split.fold == nil { return byClasses[recipe.dataset.classes]?.digest }
    return byFold[recipe.split.foldIndex]?.digest
  }
}
