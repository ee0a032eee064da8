import Testing

@Suite("Strategies that a model has no place for")
struct PairingTests {
  private static func file(model: String, strategies: String) -> String {
    """
    name: t
    dataset: {format: csv, root: data, file: a.csv, id: id, label: kind, image: "{id}.png", text: name}
    image: {size: 32}
    model: \(model)
    strategies:
      baseline: {}
      \(strategies)
    """
  }

  @Test(
    "are refused where they stand",
    arguments: [
      (
        "{freeze: layer2}", "mixup: {}",
        "t.yaml:7:3: error: strategies.mixup mixes images, and what a frozen part makes of an image "
          + "is kept for all mixes of it; remove model.freeze, or choose a strategy without mixing"
      ),
      (
        "{}", "late: {strategy: cutmix, overrides: {model.freeze: stem}}",
        "t.yaml:7:3: error: strategies.late mixes images, and what a frozen part makes of an image "
          + "is kept for all mixes of it; remove model.freeze, or choose a strategy without mixing"
      ),
      (
        "{text: {variant: joint}}", "remix: {}",
        "t.yaml:7:3: error: strategies.remix mixes images, and there is no mixing of texts "
          + "(model.text.variant is joint); set model.text.variant to none, or choose a strategy "
          + "without mixing"
      ),
      (
        "{text: {variant: fallback}}",
        "both: {strategy: combined, parts: [sqrt-sampling, mixup]}",
        "t.yaml:7:3: error: strategies.both mixes images, and there is no mixing of texts "
          + "(model.text.variant is fallback); set model.text.variant to none, or choose a strategy "
          + "without mixing"
      ),
      (
        "{text: {variant: joint}}", "classifier-retraining: {}",
        "t.yaml:7:3: error: strategies.classifier-retraining leaves the trunk as it is, and a "
          + "network that reads texts has no such trunk (model.text.variant is joint); set "
          + "model.text.variant to none, or choose another strategy"
      ),
      (
        "{}",
        "words: {strategy: baseline, overrides: {model.text.variant: text, model.freeze: stem}}",
        "t.yaml:7:3: error: strategies.words: model.text.variant is text, which reads no image: "
          + "model.freeze has no meaning; remove it"
      ),
    ])
  func refused(model: String, strategies: String, problem: String) {
    let problems = Reading.problems(Self.file(model: model, strategies: strategies))
    #expect(problems == [problem])
  }

  @Test("are read where nothing is frozen and no text is read")
  func allowed() {
    let all = "mixup: {}\n  classifier-retraining: {}\n  remix: {}"
    #expect(Reading.problems(Self.file(model: "{}", strategies: all)) == [])
    let frozen = "{freeze: layer2}"
    #expect(
      Reading.problems(Self.file(model: frozen, strategies: "classifier-retraining: {}")) == [])
    #expect(
      Reading.problems(
        Self.file(model: "{text: {variant: joint}}", strategies: "class-balanced-sampling: {}"))
        == [])
  }
}
