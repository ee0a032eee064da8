import Recipes

extension Experiment {
  /// An experiment as it was frozen: its recipes are given, and no file is read for them.
  ///
  /// What was said about the file when it was read is not known here: warnings, places of keys and what
  /// the files of weights hold.
  ///
  /// - Precondition: at least one recipe.
  public init(
    frozenAs name: String, file: String, source: String, baseline: String, recipes: [Recipe],
    limits: SweepLimits
  ) {
    precondition(!recipes.isEmpty, "an experiment stands for at least one run")
    var seen: Set<UInt64> = []
    self.init(
      name: name, file: file, source: source, extended: [], baseline: baseline, recipes: recipes,
      strategies: [], seeds: recipes.map(\.seed).filter { seen.insert($0).inserted },
      limits: limits, warnings: [], marks: SourceMarks(ofFile: file), heads: [:])
  }
}
