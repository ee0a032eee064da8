extension ComparisonText {
  /// What the figures of all stages together are, and what they are not.
  var togetherSentence: String {
    "Every class as the network of its own stage knows it: each image was judged among the classes of "
      + "that stage alone, which is easier than among all. These figures can not be compared with those "
      + "of one network for all classes. Their differences are what the strategies made of the same "
      + "stages."
  }

  /// `20 classes, 23,040 images seen`, with a range where runs differ.
  func text(of stage: Comparison.Stage) -> String {
    let classes = Figures.count(stage.classCount, "class", "classes")
    guard let least = stage.imagesSeen.first, let most = stage.imagesSeen.last else {
      return "\(stage.dataset): \(classes)"
    }
    let seen = least == most ? Figures.grouped(least) : range(least, most)
    return "\(stage.dataset): \(classes), \(seen) images seen by a run"
  }

  private func range(_ least: Int, _ most: Int) -> String {
    Figures.grouped(least) + style.dash + Figures.grouped(most)
  }
}
