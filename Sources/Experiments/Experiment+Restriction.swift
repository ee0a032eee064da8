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
  func isMet(by recipe: Recipe) -> Bool { subject.value(of: recipe) == value }
}

extension RunCondition.Subject {
  /// What a condition compares with; `nil` where a run has no such thing.
  func value(of recipe: Recipe) -> String? {
    switch self {
    case .strategy: recipe.label
    case .variant: recipe.variant
    case .seed: String(recipe.seed)
    case .fold: recipe.split.fold.map(String.init)
    }
  }
}

/// A condition after which no run of an experiment was left.
public struct NoRunIsLeft: Error, CustomStringConvertible, Sendable {
  /// The first condition that none of the remaining runs meets.
  public var condition: RunCondition
  /// What the runs that were left until then have of its subject, each once, sorted.
  public var known: [String]

  init(condition: RunCondition, known: [String]) {
    (self.condition, self.known) = (condition, Set(known.filter { !$0.isEmpty }).sorted())
  }

  public var description: String {
    let subject = condition.subject.rawValue
    guard !known.isEmpty else { return "no run is left; none of these runs has a \(subject)" }
    // One number is as near as another.
    let near =
      Int(condition.value) == nil
      ? Suggestion.nearest(to: condition.value, among: known).map { "did you mean '\($0)'? " } : nil
    let plural = subject == "strategy" ? "strategies" : subject + "s"
    return "no run is left; \(near ?? "")\(plural) here are \(known.joined(separator: ", "))"
  }
}

extension Experiment {
  /// The same experiment with fewer runs: those that meet the conditions, and the runs that they
  /// start from, such as those of earlier stages or those that a post-hoc method changes. Their
  /// order stays; without conditions all runs stay.
  ///
  /// Of several conditions with one subject any may hold: two strategies mean both. Conditions with
  /// different subjects must all hold.
  ///
  /// - Throws: where no run meets one of the conditions and those of the subjects before it.
  public func restricted(to conditions: [RunCondition]) throws(NoRunIsLeft) -> Experiment {
    guard !conditions.isEmpty else { return self }
    var chosen = recipes
    for subject in RunCondition.Subject.allCases {
      let own = conditions.filter { $0.subject == subject }
      guard !own.isEmpty else { continue }
      for condition in own where !chosen.contains(where: condition.isMet) {
        throw NoRunIsLeft(condition: condition, known: chosen.compactMap(subject.value))
      }
      chosen = chosen.filter { recipe in own.contains { $0.isMet(by: recipe) } }
    }
    var restricted = self
    restricted.recipes = withBases(of: chosen)
    return restricted
  }

  /// These runs of the experiment, the runs that they start from, and so on, in the experiment's
  /// order.
  private func withBases(of chosen: [Recipe]) -> [Recipe] {
    let texts = RecipeTexts(.run)
    let byText = Dictionary(
      recipes.map { (texts.knownText(of: $0), $0) },
      uniquingKeysWith: { first, _ in first })
    var wanted = Set(chosen)
    var open = chosen
    while let recipe = open.popLast() {
      guard let needed = recipe.base.map(texts.knownText),
        let base = byText[needed], wanted.insert(base).inserted
      else { continue }
      open.append(base)
    }
    return recipes.filter(wanted.contains)
  }
}
