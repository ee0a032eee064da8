import Testing

@Suite("Strategies that reuse a run") struct ReusedRunTests {
  @Test("have it in the file, whatever it is called there")
  func present() {
    let text =
      Reading.head + """
        strategies:
          baseline: {}
          mine: {strategy: classifier-retraining, start: 0.8}
          adjusted: {strategy: posthoc-logit-adjustment, of: {strategy: classifier-retraining, start: 0.8}}
          tau-normalization: {}

        """
    #expect(Reading.problems(text) == [])
  }

  @Test("say which lines are missing, with their own place")
  func missing() {
    let text =
      Reading.head + """
        strategies:
          baseline: {}
          tau-normalization: {of: {strategy: classifier-retraining, start: 0.8}}

        """
    #expect(
      Reading.problems(text) == [
        "t.yaml:6:3: error: strategies.tau-normalization reuses the run of classifier-retraining, "
          + "and no strategy of this file is that one with the same settings; add below strategies: "
          + "'classifier-retraining: {start: 0.8}'"
      ])
  }

  @Test("cannot reuse one that is trained with other settings")
  func overridden() {
    let text =
      Reading.head + """
        strategies:
          baseline: {}
          tau-normalization: {overrides: {training.optimizer.learning_rate: 0.01}}

        """
    #expect(Reading.problems(text).count == 1)
  }
}
