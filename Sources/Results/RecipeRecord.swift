/// A shared recipe of a sweep with the runs that belong to it.
public struct RecipeRecord: Codable, Hashable, Sendable {
  /// Settings and data in common.
  public var recipe: SharedRecipe
  /// The data as its runs saw them: one, or one a fold.
  public var datasets: [DatasetRecord]
  /// When its first run was added; UTC.
  public var addedAt: String
  /// When the experiment file asked for it last; UTC.
  public var plannedAt: String
  /// Runs that the file plans, or planned when it last had their label, variant and seed.
  public var runs: [RunID]
  /// Runs whose place was taken: the file gives their label and variant another strategy now.
  public var replaced: [RunID]

  /// A recipe with all its parts.
  public init(
    recipe: SharedRecipe, datasets: [DatasetRecord], addedAt: String, plannedAt: String,
    runs: [RunID], replaced: [RunID]
  ) {
    (self.recipe, self.datasets) = (recipe, datasets)
    (self.addedAt, self.plannedAt) = (addedAt, plannedAt)
    (self.runs, self.replaced) = (runs, replaced)
  }

  /// The name of its data set.
  public var dataset: String { datasets.first?.name ?? "" }

  /// Images of the three splits together; of the first fold where there are several.
  public var images: Int {
    datasets.first?.classes.reduce(0) { $0 + $1.trainCount + $1.validationCount + $1.testCount }
      ?? 0
  }

  /// Whether all of its data are those of another recipe.
  public func hasData(of other: RecipeRecord) -> Bool {
    Set(datasets.map(\.digest)) == Set(other.datasets.map(\.digest))
  }

  /// What distinguishes a newer recipe from this one: settings as files spell them, then the data.
  public func changes(to newer: RecipeRecord, arrow: String) -> [String] {
    var changes = recipe.differences(to: newer.recipe).map { $0.text(arrow: arrow) }
    if !hasData(of: newer) {
      changes.append(
        images == newer.images
          ? "other data, \(images) images as well"
          : "data \(images) \(arrow) \(newer.images) images")
    }
    return changes
  }
}
