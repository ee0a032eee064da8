extension Comparison {
  /// Whether all strategies were given the same: images seen, updates of the weights, and the recipe.
  func budgetNotes(dash: String) -> [String] {
    imageNotes(dash) + stepNotes(dash)
      + strategies.filter { !$0.overrides.isEmpty }.map {
        "\($0.name) departs from the shared recipe: " + $0.overrides.joined(separator: ", ") + "."
      }
  }

  private func imageNotes(_ dash: String) -> [String] {
    let seen = Set(strategies.flatMap(\.imagesSeen)).sorted()
    guard let least = seen.first, let most = seen.last else { return [] }
    if least == most {
      let steps = Set(strategies.flatMap(\.steps))
      let also = steps.count == 1 ? " in \(Figures.grouped(steps.first!)) steps" : ""
      return ["Equal budgets: every finished run saw \(Figures.grouped(least)) images\(also)."]
    }
    let excess = Figures.fixed((Double(most) / Double(max(least, 1)) - 1) * 100, 1)
    return [
      "UNEQUAL BUDGETS, up to \(excess) % more images seen: \(each(\.imagesSeen, dash)). "
        + "A longer training alone may explain a difference."
    ]
  }

  /// As many images in batches of another size are another number of updates.
  private func stepNotes(_ dash: String) -> [String] {
    let steps = Set(strategies.flatMap(\.steps)).sorted()
    guard let least = steps.first, let most = steps.last, least < most else { return [] }
    let excess = Figures.fixed((Double(most) / Double(max(least, 1)) - 1) * 100, 1)
    return [
      "UNEQUAL STEPS, up to \(excess) % more updates of the weights: \(each(\.steps, dash)). "
        + "More updates alone may explain a difference."
    ]
  }

  /// `baseline 960, mixup 960-1,920`
  private func each(_ numbers: (StrategySummary) -> [Int], _ dash: String) -> String {
    strategies.filter { !numbers($0).isEmpty }.map { strategy in
      let counts = numbers(strategy)
      let ends = Figures.grouped(counts[0])
      let range = counts.count == 1 ? ends : ends + dash + Figures.grouped(counts.last!)
      return "\(strategy.name) \(range)"
    }.joined(separator: ", ")
  }
}
