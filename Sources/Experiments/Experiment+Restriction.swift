import Recipes

/// A condition on runs, as `--only` writes it: `strategy=focal`, `variant=gamma=2`, `seed=1`,
/// `fold=2`.
public struct RunCondition: Hashable, Sendable {
  /// What of a run is compared.
  public enum Subject: String, CaseIterable, Sendable { case strategy, variant, seed, fold }

  /// What of a run is compared.
  public var subject: Subject
  /// What it must be; of a strategy its label.
  public var value: String

  /// A condition with both its parts.
  public init(_ subject: Subject, is value: String) {
    (self.subject, self.value) = (subject, value)
  }

  /// The condition that a text says, split at its first `=`; `nil` where it says none.
  public init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let subject = Subject(rawValue: parts[0]) else { return nil }
    self.init(subject, is: parts[1])
  }

  /// Whether a run meets the condition.
  func isMet(by recipe: Recipe) -> Bool {
    switch subject {
    case .strategy: recipe.label == value
    case .variant: recipe.variant == value
    case .seed: String(recipe.seed) == value
    case .fold: recipe.split.fold.map { String($0) == value } ?? false
    }
  }
}

/// A condition after which no run of an experiment was left.
public struct NoRunIsLeft: Error, CustomStringConvertible, Sendable {
  /// The first condition that none of the remaining runs meets.
  public var condition: RunCondition
  /// Labels of the strategies that were left until then, sorted.
  public var labels: [String]

  public var description: String {
    "no run is left; strategies here are \(labels.joined(separator: ", "))"
  }
}

extension Experiment {
  /// The same experiment with fewer runs: those that meet all conditions, and the runs that they
  /// start from, such as those of earlier stages or those that a post-hoc method changes. Their
  /// order stays; without conditions all runs stay.
  ///
  /// - Throws: where no run meets all conditions.
  public func restricted(to conditions: [RunCondition]) throws(NoRunIsLeft) -> Experiment {
    guard !conditions.isEmpty else { return self }
    var chosen = recipes
    for condition in conditions {
      let left = chosen.filter(condition.isMet)
      guard !left.isEmpty else {
        throw NoRunIsLeft(condition: condition, labels: Set(chosen.map(\.label)).sorted())
      }
      chosen = left
    }
    var restricted = self
    restricted.recipes = withBases(of: chosen)
    return restricted
  }

  /// These runs of the experiment, the runs that they start from, and so on, in the experiment's
  /// order.
  private func withBases(of chosen: [Recipe]) -> [Recipe] {
    let byText = Dictionary(
      recipes.map { ($0.canonicalJSON(includingSeed: true), $0) },
      uniquingKeysWith: { first, _ in first })
    var wanted = Set(chosen)
    var open = chosen
    while let recipe = open.popLast() {
      guard let needed = recipe.base?.canonicalJSON(includingSeed: true),
        let base = byText[needed], wanted.insert(base).inserted
      else { continue }
      open.append(base)
    }
    return recipes.filter(wanted.contains)
  }
}
