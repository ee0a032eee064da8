/// What stops a division, and what is worth a note.
extension SplitMaker {
  func requireImages(_ classes: [ClassMembers]) throws(SplitError) {
    let test = classes.reduce(0) { $0 + $1.test.count }
    guard classes.contains(where: { !$0.train.isEmpty }) else {
      throw SplitError(
        .noTrainingImage, at: "split",
        "none of the \(Wording.count(test, "image")) of the selected classes is for training",
        advice: "correct split.test, or select other classes")
    }
    guard test > 0 else {
      let train = classes.reduce(0) { $0 + $1.train.count }
      throw SplitError(
        .noTestImage, at: "split",
        "none of the \(Wording.count(train, "image")) of the selected classes is for testing",
        advice: "correct split.test, or select other classes")
    }
  }

  /// Every fold tests something, and something is learned.
  func requireFolds(
    _ count: Int, of folds: [Set<Int>], learned: Int, classes: [ClassMembers]
  ) throws(SplitError) {
    let used = folds.reduce(into: Set<Int>()) { $0.formUnion($1) }
    let images = classes.reduce(0) { $0 + $1.train.count }
    guard used.count == count else {
      let kind = groups == nil ? "" : " and their groups"
      throw SplitError(
        .badFolds, at: "split.folds",
        "\(Wording.count(images, "image"))\(kind) fill \(used.count) of \(count) folds",
        advice: "give fewer folds, or select more classes")
    }
    guard learned > 0 else {
      throw SplitError(
        .noTrainingImage, at: "split.folds",
        "the images of every class are all in one fold, so that nothing could be learned",
        advice: "correct split.group, or select other classes")
    }
  }

  func foldNotes(
    _ classes: [ClassMembers], count: Int, learned: Set<String>
  ) -> [String] {
    var notes: [String] = []
    let apart = classes.filter { !learned.contains($0.name) }
    if !apart.isEmpty {
      notes.append(
        "\(Wording.count(apart.count, "class", plural: "classes")) with all images in one fold, learned"
          + " in no fold so that all have the same classes: \(Wording.list(apart.map(\.name)))")
    }
    let small = classes.filter { learned.contains($0.name) && $0.train.count < count }
    if !small.isEmpty {
      notes.append(
        "\(Wording.count(small.count, "class", plural: "classes")) of fewer than \(count) images,"
          + " without test image in some folds: \(Wording.list(small.map(\.name)))")
    }
    return notes
  }

  /// Says what the tail left out of validation.
  func noteTail(
    from full: [ClassMembers], to thinned: [ClassMembers], notes: inout [String]
  ) {
    let left = zip(full, thinned).map { $0.validation.count - $1.validation.count }
    let images = left.reduce(0, +)
    if images == 0 { return }
    let classes = left.count { $0 > 0 }
    notes.append(
      "\(Wording.count(images, "validation image")) of \(Wording.count(classes, "class", plural: "classes"))"
        + " left out by the long tail, so that what chooses has the same tail"
        + " (split.long_tail.validation)")
  }

  func noteGaps(seen: [ClassMembers], unseen: [ClassMembers]) -> [String] {
    var notes: [String] = []
    if seen.count == 1 {
      notes.append(
        "1 class only, '\(seen[0].name)': there is nothing to tell apart, and strategies cannot be"
          + " compared")
    }
    if !unseen.isEmpty {
      let images = unseen.reduce(0) { $0 + $1.test.count }
      notes.append(
        "\(Wording.count(unseen.count, "unseen class", plural: "unseen classes")) with"
          + " \(Wording.count(images, "test image")) and none to learn from, kept apart:"
          + " \(Wording.list(unseen.map(\.name)))")
    }
    let untested = seen.filter(\.test.isEmpty).map(\.name)
    if !untested.isEmpty {
      notes.append(
        "\(Wording.count(untested.count, "class", plural: "classes")) without test image:"
          + " \(Wording.list(untested))")
    }
    return notes
  }
}
