extension ClassSelection {
  /// The classes that meet all conditions, each judged over all classes: `top: 20` with an
  /// excluded class among the 20 leaves 19, and `top: 20` and `remaining: 20` never overlap.
  ///
  /// Training counts are those before validation is cut. Classes without training image are in no
  /// `top`; without `top` they stay, as unseen, when the other conditions allow.
  func choose(
    from classes: [ClassMembers], notes: inout [String]
  ) throws(SplitError) -> [ClassMembers] {
    try validate(against: classes.map(\.name))
    let ranked = classes.filter { !$0.train.isEmpty }.sorted(by: ClassMembers.isLarger).map(\.name)
    if let top, top > ranked.count {
      notes.append(
        "classes.top is \(top), and only \(Wording.count(ranked.count, "class", plural: "classes"))"
          + " with training images exist")
    }
    let head = Set(ranked.prefix(top ?? 0))
    let skipped = Set(ranked.prefix(remaining ?? 0))
    let (wanted, unwanted) = (Set(include), Set(exclude))
    let kept = classes.filter { members in
      (top == nil || head.contains(members.name)) && !skipped.contains(members.name)
        && members.total >= minImages ?? 0
        && (wanted.isEmpty || wanted.contains(members.name)) && !unwanted.contains(members.name)
    }
    if kept.isEmpty {
      throw SplitError(
        .noClass, at: "classes", "no class meets all conditions, of \(classes.count) there are",
        advice: "loosen top, remaining, min_images, include or exclude")
    }
    if kept.count < classes.count {
      let left = classes.reduce(0) { $0 + $1.total } - kept.reduce(0) { $0 + $1.total }
      notes.append(
        "\(Wording.count(classes.count - kept.count, "class", plural: "classes")) not selected, with"
          + " \(Wording.count(left, "image"))")
    }
    return kept
  }

  private func validate(against names: [String]) throws(SplitError) {
    for (key, value) in [("top", top), ("remaining", remaining), ("min_images", minImages)] {
      guard let value, value < 1 else { continue }
      throw SplitError(
        .badSelection, at: "classes.\(key)", "\(value) is too small",
        advice: "give a number of at least 1, or leave the key out")
    }
    let known = Set(names)
    for (key, list) in [("include", include), ("exclude", exclude)] {
      for name in list where !known.contains(name) {
        throw SplitError(
          .unknownClass, at: "classes.\(key)",
          "no class '\(name)'\(Wording.didYouMean(name, among: names))",
          advice: "the classes are \(Wording.list(names, limit: 12))")
      }
    }
  }
}
