import Testing

@Suite("Strategies that a file alone shows to be the same, idle or too much")
struct EqualStrategyTests {
  private static func file(
    _ strategies: String, split: String = "{}", batch: Int = 32, size: Int = 32
  ) -> String {
    """
    name: t
    dataset: {format: csv, root: data, file: a.csv, id: id, label: kind, image: "{id}.png"}
    image: {size: \(size)}
    split: \(split)
    training: {batch: \(batch)}
    seeds: 20
    strategies:
      baseline: {}
      \(strategies)
    """
  }

  private func warnings(
    _ strategies: String, split: String = "{}", batch: Int = 32, size: Int = 32
  ) throws -> [String] {
    let file = Self.file(strategies, split: split, batch: batch, size: size)
    return try Reading.read(file).warnings.map {
      let text = $0.description
      return String(text[text.range(of: "t.yaml")!.lowerBound...])
    }
  }

  @Test("are told at their place, with what tells them apart")
  func equal() throws {
    let found = try warnings("inverse-weights: {}\n  max-ratio-weights: {}")
    #expect(
      found == [
        "t.yaml:10:3: warning: strategies.max-ratio-weights trains the same as "
          + "strategies.inverse-weights; one of them is run; --keep-equal runs both. Their class "
          + "weights differ by a constant, which the division by the batch's weights cancels: give "
          + "both reduction: mean_over_examples to tell them apart"
      ])
    #expect(
      try warnings(
        "inverse-weights: {reduction: mean_over_examples}\n"
          + "  max-ratio-weights: {reduction: mean_over_examples}"
      ).isEmpty)
  }

  @Test(
    "are found by what they do",
    arguments: [
      ("focal: {gamma: 0}", "strategies.focal trains the same as strategies.baseline"),
      ("logit-adjustment: {tau: 0}", "trains the same as strategies.baseline"),
      ("effective-number-weights: {beta: 0}", "trains the same as strategies.baseline"),
      (
        "balanced-softmax: {}\n  logit-adjustment: {tau: 1}",
        "strategies.logit-adjustment trains the same as strategies.balanced-softmax"
      ),
      (
        "inverse-weights: {}\n  posthoc-logit-adjustment: {of: inverse-weights}",
        "strategies.posthoc-logit-adjustment trains the same as strategies.inverse-weights"
      ),
      (
        "a: {strategy: focal, grid: {gamma: [0, 1]}}",
        "strategies.a (gamma=0) trains the same as strategies.baseline"
      ),
    ])
  func byValue(strategies: String, words: String) throws {
    let found = try warnings(strategies)
    #expect(found.count == 1 && found[0].contains(words), "\(found)")
  }

  @Test("A batch of one image cancels class weights")
  func batchOfOne() throws {
    let found = try warnings("inverse-weights: {}", batch: 1, size: 64)
    #expect(found.contains { $0.contains("trains the same as strategies.baseline") })
  }

  @Test("Accuracy-driven draws without validation wait for nothing")
  func idle() throws {
    let found = try warnings("accuracy-driven-sampling: {}", split: "{validation: 0}")
    #expect(
      found.contains {
        $0.hasPrefix("t.yaml:9:3: warning: strategies.accuracy-driven-sampling treats no imbalance")
          && $0.hasSuffix("classes are drawn by their size for ever")
      }, "\(found)")
    #expect(try warnings("accuracy-driven-sampling: {}").isEmpty)
  }

  @Test("Different settings of training or model are no equality")
  func overrides() throws {
    #expect(
      try warnings("a: {strategy: baseline, overrides: {training.batch: 16}}").isEmpty)
  }

  @Test(
    "What undoes the classes' sizes twice is refused, and one key accepts it",
    arguments: [
      (
        "bs: {strategy: balanced-softmax, class_weights: inverse-weights}",
        "strategies.bs undoes the classes' sizes more than once: a + b + t = 0.00 + 1.00 + 1.00 = "
          + "2.00, and at most 1.05 is expected, where 1 balances the classes; "
          + "leave out the class weights or the adjustment of logits, or set "
          + "allow_overcompensation: true"
      ),
      (
        "bs: {parts: [inverse-weights, balanced-softmax]}",
        "strategies.bs undoes the classes' sizes more than once: a + b + t = 0.00 + 1.00 + 1.00 = "
          + "2.00, and at most 1.05 is expected, where 1 balances the classes; "
          + "leave out the class weights or the adjustment of logits, or set "
          + "allow_overcompensation: true"
      ),
      (
        "bs: {parts: [class-balanced-sampling, inverse-weights]}",
        "strategies.bs undoes the classes' sizes more than once: a + b = 1.00 + 1.00 = 2.00, "
          + "and at most 1.05 is expected, where 1 balances the classes; halve both "
          + "with split: auto, or set allow_overcompensation: true"
      ),
    ])
  func repeated(strategies: String, words: String) throws {
    #expect(Reading.problems(Self.file(strategies)) == ["t.yaml:9:3: error: \(words)"])
    let accepted = strategies.replacing("}", with: ", allow_overcompensation: true}")
    let experiment = try Reading.read(Self.file(accepted))
    #expect(experiment.recipes.contains { $0.label == "bs" })
  }

  @Test("allow_overcompensation is true or false, and enters no fingerprint")
  func key() throws {
    let bad = Self.file("bs: {strategy: balanced-softmax, allow_overcompensation: perhaps}")
    #expect(
      Reading.problems(bad) == [
        "t.yaml:9:60: error: strategies.bs.allow_overcompensation: received 'perhaps', expected "
          + "true or false"
      ])
    func json(_ strategy: String) throws -> String? {
      try Reading.read(Self.file(strategy)).recipes.first { $0.label == "bs" }?
        .canonicalJSON(includingSeed: false)
    }
    #expect(
      try json("bs: {strategy: balanced-softmax}")
        == json("bs: {strategy: balanced-softmax, allow_overcompensation: true}"))
  }

  @Test("A label with parts is a combination without saying so")
  func parts() throws {
    func json(_ strategy: String) throws -> String? {
      try Reading.read(Self.file(strategy)).recipes.first { $0.label == "both" }?
        .canonicalJSON(includingSeed: false)
    }
    let short = try json("both: {parts: [sqrt-sampling, mixup]}")
    #expect(
      try short != nil && short == json("both: {strategy: combined, parts: [sqrt-sampling, mixup]}")
    )
    #expect(
      Reading.problems(Self.file("both: {parts: [sqrt-sampling, mixap]}"))[0].contains(
        "strategies.both.parts[1]: no strategy is named 'mixap'"))
  }
}
