extension Comparison {
  /// Whether all strategies were given the same: images seen, updates of the weights, and the recipe.
  ///
  /// - Parameter dash: between the ends of a range.
  /// - Returns: what is the same for all, as a sentence, or `nil`; and what is not.
  func budget(dash: String) -> (equal: String?, remarks: [Remark]) {
    let images = imageNotes(dash)
    let texts =
      images.unequal + networkNotes + stepNotes(dash)
      + strategies.filter { !$0.overrides.isEmpty }.map {
        "\($0.name) departs from the shared recipe: " + $0.overrides.joined(separator: ", ") + "."
      }
    return (images.equal, texts.map { Remark(.budget, $0) })
  }

  private func imageNotes(_ dash: String) -> (equal: String?, unequal: [String]) {
    let seen = Set(strategies.flatMap(\.imagesTrained)).sorted()
    guard let least = seen.first, let most = seen.last else { return (nil, []) }
    if least == most {
      let steps = Set(strategies.flatMap(\.steps))
      let also = steps.count == 1 ? " in \(Figures.grouped(steps.first!)) steps" : ""
      return ("Equal budgets: every finished run saw \(Figures.grouped(least)) images\(also).", [])
    }
    let excess = Figures.fixed((Double(most) / Double(max(least, 1)) - 1) * 100, 1)
    return (
      nil,
      [
        "UNEQUAL BUDGETS, up to \(excess) % more images seen: \(each(\.imagesTrained, dash)). "
          + "A longer training alone may explain a difference."
      ]
    )
  }

  /// Two networks of one strategy cost twice, in images and in time.
  private var networkNotes: [String] {
    strategies.filter { $0.networks > 1 && !$0.runs.isEmpty }.map { strategy in
      let seen = strategy.imagesSeen.last.map(Figures.grouped) ?? Figures.undefined
      let time = strategy.seconds.map { ", \(Figures.duration($0.mean)) a run" } ?? ""
      let others = baselines.first { $0.name != strategy.name }?.seconds.map {
        " (\(baseline ?? "baseline") \(Figures.duration($0.mean)))"
      }
      return "\(strategy.name) trains \(strategy.networks) networks, each with a whole budget: "
        + "\(strategy.networks) x \(seen) images\(time)\(others ?? "")."
    }
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

  /// `baseline 960, mixup 960-1,920`; of many strategies those with the usual count together:
  /// `40,320 by 25 strategies, fallback 80,640`.
  private func each(_ numbers: (StrategySummary) -> [Int], _ dash: String) -> String {
    let ranges = strategies.filter { !numbers($0).isEmpty }.map { strategy in
      let counts = numbers(strategy)
      let ends = Figures.grouped(counts[0])
      let text = counts.count == 1 ? ends : ends + dash + Figures.grouped(counts.last!)
      return (name: strategy.name, text: text)
    }
    let uses = Dictionary(ranges.map { ($0.text, 1) }, uniquingKeysWith: +)
    let usual = uses.max { ($0.value, $1.key) < ($1.value, $0.key) }
    guard let usual, usual.value > 6 else {
      return ranges.map { "\($0.name) \($0.text)" }.joined(separator: ", ")
    }
    let rest = ranges.filter { $0.text != usual.key }.map { "\($0.name) \($0.text)" }
    return (["\(usual.key) by \(usual.value) strategies"] + rest).joined(separator: ", ")
  }
}

extension StrategySummary {
  /// How many networks a run trains, each with a whole budget: two of a fallback.
  public var networks: Int { reading?.variant == "fallback" ? 2 : 1 }

  /// Images that finished runs have trained on, over all of their networks; each number once.
  public var imagesTrained: [Int] { imagesSeen.map { $0 * networks } }
}
