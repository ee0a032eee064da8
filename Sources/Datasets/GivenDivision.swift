extension SplitConfiguration {
  /// This configuration with the rule that divides a catalogue as its ``test``.
  ///
  /// - Throws: where the file does not say enough to divide it.
  public func following(_ catalogue: Catalogue) throws(SplitError) -> SplitConfiguration {
    var (followed, notes) = (self, [String]())
    followed.test = try rule(for: catalogue, notes: &notes)
    followed.prefersGiven = nil
    return followed
  }

  /// The rule that divides a catalogue: ``test``, or the data's own division where it has one and
  /// the file says nothing.
  ///
  /// - Throws: where the data has parts to learn from and to choose by, none to test on, and the
  ///   file does not say what that means.
  func rule(for catalogue: Catalogue, notes: inout [String]) throws(SplitError) -> TestRule {
    guard prefersGiven == true else { return test }
    let parts = Set(catalogue.examples.compactMap(\.givenSplit))
    guard parts.contains(.train), parts.count > 1 else { return test }
    guard parts.contains(.test) else {
      throw SplitError(
        .noGivenSplit, at: "split.test",
        "data set '\(catalogue.name)' divides itself into training and validation and has no test"
          + " part, and the file does not say what is tested on",
        advice:
          "write split: {test: given} to test on its validation part, with validation cut from"
          + " training, or split: {test: 0.2} to draw a test part from all its images")
    }
    let counts = SplitName.allCases.map { part in
      (part, catalogue.examples.count { $0.givenSplit == part })
    }
    let words = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" }
    notes.append(
      "the data set's own division is used, since split.test says nothing:"
        + " \(words.joined(separator: ", "))")
    return .given
  }
}
