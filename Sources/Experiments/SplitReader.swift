import Datasets

/// Reads `split`. `format` is absent where `dataset` was unreadable.
struct SplitReader {
  let section: SectionReader
  let format: DatasetReader.Format?
  /// Whether an IDX data set has test files.
  let hasTestFiles: Bool

  func read() -> SplitConfiguration {
    let usual = SplitConfiguration()
    let seed = section.integer(
      "seed", default: Int(usual.seed), expected: "a whole number of at least 0"
    ) { $0 >= 0 }
    let validation = section.number(
      "validation", default: usual.validation, expected: "a share from 0 to below 1"
    ) { $0 >= 0 && $0 < 1 }
    var split = SplitConfiguration(
      test: test(), validation: validation, seed: UInt64(seed), longTail: longTail())
    split.duplicates = duplicates()
    return split
  }

  /// Absent where it is the usual policy, however that is written.
  private func duplicates() -> DuplicatePolicy? {
    let copies = section.choice("duplicates", default: DuplicatePolicy().copies)
    let usual = DuplicatePolicy(copies: copies)
    let policy = DuplicatePolicy(
      copies: copies,
      conflicts: section.choice("conflicting_labels", default: usual.conflicts),
      near: section.choice("near", default: usual.near))
    return policy == DuplicatePolicy() ? nil : policy
  }

  private func test() -> TestRule {
    guard let node = section.node("test") else {
      switch format {
      case .idx where !hasTestFiles: return SplitConfiguration().test
      case .idx, .cifar10, .cifar100: return .given
      default: return SplitConfiguration().test
      }
    }
    if node.entries != nil { return rule(node) }
    if node.isPlain("given") {
      if format == .csv {
        section.add("test", "a csv has no division of its own", hint: "give a share or a rule")
      } else if format == .idx, !hasTestFiles {
        section.add(
          "test", "'given' needs dataset.test_images and dataset.test_labels",
          hint: "name them, or give a share such as 0.2")
      }
      return .given
    }
    let share = section.number(
      node, "test", expected: "a share above 0 and below 1, 'given', or a rule"
    ) { $0 > 0 && $0 < 1 }
    return share.map { .stratified(share: $0) } ?? SplitConfiguration().test
  }

  private func rule(_ node: FileNode) -> TestRule {
    let rule = SectionReader(
      node, .testByColumn, at: section.place, problems: section.problems)
    if let format, format != .csv {
      section.add("test", "a rule needs format csv, the format is \(format)")
    }
    if rule.node("lists") != nil {
      for key in ["column", "train", "test"] where rule.node(key) != nil {
        rule.add(key, "does not go with 'lists'")
      }
      return lists(rule.section("lists", .testLists))
    }
    guard rule.node("column") != nil else {
      rule.addMissing("column", example: "year")
      return .given
    }
    let column = rule.text("column") ?? ""
    let sides = ["train", "test"].filter { rule.node($0) != nil }
    guard let key = sides.first, let value = rule.node(key), sides.count == 1 else {
      rule.add(
        sides.isEmpty ? "column" : "test",
        sides.isEmpty ? "neither 'train' nor 'test' has a condition" : "excludes 'train'",
        hint: "write for example 'train: even'")
      return .given
    }
    return .column(
      name: column, condition: condition(value, key, in: rule),
      side: key == "train" ? .train : .test)
  }

  private func condition(_ node: FileNode, _ key: String, in rule: SectionReader) -> ColumnCondition
  {
    let expected = "even, odd, or a mapping with divisible_by, one_of, below or above"
    guard let entries = node.entries else {
      if node.isPlain("even") { return .even }
      if node.isPlain("odd") { return .odd }
      rule.addWrong(node, key, expected: expected)
      return .even
    }
    let section = SectionReader(
      node, .columnCondition, named: rule.path(key), at: rule.place, problems: rule.problems)
    guard entries.count == 1, let name = entries.first?.key else {
      rule.addWrong(node, key, expected: expected, hint: "give exactly one of them")
      return .even
    }
    switch name {
    case "divisible_by":
      let divisor = section.integer(name, expected: "a whole number of at least 2") { $0 >= 2 }
      return .divisible(by: divisor ?? 2)
    case "one_of":
      let texts = section.texts(name, of: "texts") ?? []
      if texts.isEmpty { section.add(name, "the list is empty") }
      return .oneOf(texts)
    case "below":
      return .below(section.number(name, default: 0, expected: "a number") { _ in true })
    case "above":
      return .above(section.number(name, default: 0, expected: "a number") { _ in true })
    default: return .even
    }
  }

  private func lists(_ lists: SectionReader) -> TestRule {
    for key in ["train", "test"] where lists.node(key) == nil {
      lists.addMissing(key, example: "\(key).txt")
    }
    return .lists(
      train: lists.relativePath("train") ?? "", validation: lists.relativePath("validation"),
      test: lists.relativePath("test") ?? "")
  }

  private func longTail() -> LongTail? {
    guard let node = section.node("long_tail"), node.text != "none" else { return nil }
    let tail = section.section("long_tail", .longTail)
    if tail.node("factor") == nil { tail.addMissing("factor", example: "100") }
    let profile = tail.choice(
      "profile", default: LongTail.Profile.exponential,
      among: [("exponential", .exponential), ("step", .step)])
    let factor = tail.number("factor", default: 1, expected: "a number of at least 1") { $0 >= 1 }
    let largest = tail.integer("largest", expected: "a whole number of at least 1") { $0 >= 1 }
    return LongTail(profile: profile, factor: factor, largest: largest)
  }
}
