import Datasets

/// `dataset` and `split`.
extension RecipeFile {
  var dataset: FileTree {
    let dataset = recipe.dataset
    let (format, keys) = Self.catalogue(dataset.format)
    return .section(
      [("name", .text(dataset.name)), ("format", .word(format)), ("root", .text(dataset.root))]
        + keys + [
          ("follow_links", dataset.followLinks.map { .word($0.rawValue) }),
          ("labels", dataset.labels.map(Self.labels)),
          ("classes", recipe.stage == nil ? Self.classes(dataset.classes) : nil),
          ("quarantine_limit", .number(dataset.quarantineLimit)),
        ])
  }

  private static func catalogue(_ format: CatalogueFormat) -> (String, [(String, FileTree?)]) {
    switch format {
    case .csv(let csv):
      let dialect = csv.dialect
      return (
        "csv",
        [
          ("file", .text(csv.file)), ("id", .text(csv.idColumn)), ("label", .text(csv.labelColumn)),
          ("text", csv.textColumn.map { .text($0) }), ("image", .text(csv.imagePattern)),
          ("separator", dialect?.separator.map { .text($0) }),
          ("columns", .texts(dialect?.columns)),
          ("comment", dialect?.comment.map { .text($0) }),
          ("encoding", dialect?.encoding.map { .word($0.rawValue) }),
        ]
      )
    case .list(let list):
      return (
        "list",
        [
          ("train_list", .text(list.train)),
          ("validation_list", list.validation.map { .text($0) }),
          ("test_list", list.test.map { .text($0) }), ("image", .text(list.imagePattern)),
          ("class_names", list.classNamesFile.map { .text($0) } ?? .texts(list.classNames)),
          ("encoding", list.encoding.map { .word($0.rawValue) }),
        ]
      )
    case .idx(let idx):
      return (
        "idx",
        [
          ("train_images", .text(idx.trainImages)), ("train_labels", .text(idx.trainLabels)),
          ("test_images", idx.testImages.map { .text($0) }),
          ("test_labels", idx.testLabels.map { .text($0) }),
          ("class_names", .texts(idx.classNames)),
        ]
      )
    case .folder: return ("folder", [])
    case .cifar10: return ("cifar10", [])
    case .cifar100: return ("cifar100", [])
    }
  }

  private static func labels(_ rules: LabelRules) -> FileTree {
    let merge = rules.merge.sorted { $0.key < $1.key }.map { name, others in
      (name, FileTree.list(others.map(FileTree.text)))
    }
    return .section([
      ("near", .word(rules.near.rawValue)), ("merge", .mapping(merge)),
      ("missing", .texts(rules.missing)),
    ])
  }

  /// Which classes count; no key where all do.
  static func classes(_ classes: ClassSelection) -> FileTree {
    .section([
      ("top", classes.top.map(FileTree.number)),
      ("remaining", classes.remaining.map(FileTree.number)),
      ("min_images", classes.minImages.map(FileTree.number)),
      ("include", classes.include.isEmpty ? nil : .texts(classes.include)),
      ("exclude", classes.exclude.isEmpty ? nil : .texts(classes.exclude)),
    ])
  }

  var split: FileTree {
    let split = recipe.split
    let duplicates = split.duplicates
    return .section([
      // A file that says nothing leaves the division to data that has one.
      ("test", split.prefersGiven == true ? nil : Self.test(split.test)),
      ("folds", split.foldCount.map(FileTree.number)),
      ("validation", .number(split.validation)),
      ("seed", .number(split.seed)),
      ("long_tail", split.longTail.map(Self.longTail)),
      ("group", split.group.map(Self.group)),
      ("duplicates", duplicates.map { .word($0.copies.rawValue) }),
      ("conflicting_labels", duplicates.map { .word($0.conflicts.rawValue) }),
      ("near", duplicates.map { .word($0.near.rawValue) }),
    ])
  }

  /// `nil` for folds, which have a key of their own.
  private static func test(_ rule: TestRule) -> FileTree? {
    switch rule {
    case .stratified(let share): .number(share)
    case .column(let name, let rule, let side):
      .mapping([("column", .text(name)), (side.rawValue, condition(rule))])
    case .parts(let column, let train, let validation, let test):
      .section([
        ("column", .text(column)), ("train", condition(train)),
        ("validation", validation.map(condition)), ("test", condition(test)),
      ])
    case .lists(let train, let validation, let test):
      .mapping([
        (
          "lists",
          .section([
            ("train", .text(train)), ("validation", validation.map { .text($0) }),
            ("test", .text(test)),
          ])
        )
      ])
    case .given: .word("given")
    case .fold: nil
    }
  }

  private static func condition(_ condition: ColumnCondition) -> FileTree {
    switch condition {
    case .even: .word("even")
    case .odd: .word("odd")
    case .divisible(let divisor): .mapping([("divisible_by", .number(divisor))])
    case .oneOf(let texts): .mapping([("one_of", .list(texts.map(FileTree.text)))])
    case .below(let limit): .mapping([("below", .number(limit))])
    case .above(let limit): .mapping([("above", .number(limit))])
    }
  }

  private static func longTail(_ tail: LongTail) -> FileTree {
    .section([
      ("profile", .word(tail.profile.rawValue)), ("factor", .number(tail.factor)),
      ("largest", tail.largest.map(FileTree.number)),
      ("validation", .word(tail.validation.rawValue)),
    ])
  }

  private static func group(_ rule: GroupRule) -> FileTree {
    switch rule {
    case .column(let column): .text(column)
    case .pattern(let pattern, let column):
      .section([("column", column.map { .text($0) }), ("pattern", .text(pattern))])
    }
  }
}
