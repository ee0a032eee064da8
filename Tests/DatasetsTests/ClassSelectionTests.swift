import Datasets
import Testing

@Suite("Class selection")
struct ClassSelectionTests {
  /// Training counts 8, 8, 4, 2; "unseen" has test images only.
  private let set: Catalogue = {
    var examples: [Example] = []
    for (name, train, test) in [
      ("b", 8, 2), ("a", 8, 1), ("c", 4, 9), ("d", 2, 1), ("unseen", 0, 5),
    ] {
      for index in 0..<(train + test) {
        examples.append(
          Example(
            id: "\(name)\(index)", label: name, pixels: .file("x"),
            givenSplit: index < train ? .train : .test))
      }
    }
    return Catalogue(name: "set", root: "/nowhere", examples: examples)
  }()

  private func select(_ selection: ClassSelection) throws -> LabelMap {
    try DatasetSplits.make(
      from: set, split: SplitConfiguration(test: .given, validation: 0), classes: selection
    ).labelMap
  }

  @Test(
    "counts training images and breaks ties by name",
    arguments: [
      (ClassSelection(), ["a", "b", "c", "d"], ["unseen"]),
      (ClassSelection(top: 1), ["a"], []), (ClassSelection(top: 3), ["a", "b", "c"], []),
      (ClassSelection(top: 9), ["a", "b", "c", "d"], []),
      (ClassSelection(remaining: 1), ["b", "c", "d"], ["unseen"]),
      (ClassSelection(remaining: 3), ["d"], ["unseen"]),
      (ClassSelection(minImages: 10), ["b", "c"], []),
      (ClassSelection(minImages: 5), ["a", "b", "c"], ["unseen"]),
      (ClassSelection(include: ["d", "unseen"]), ["d"], ["unseen"]),
      (ClassSelection(exclude: ["a", "unseen"]), ["b", "c", "d"], []),
      (ClassSelection(top: 2, exclude: ["a"]), ["b"], []),
      (ClassSelection(top: 3, remaining: 1), ["b", "c"], []),
    ])
  func selections(selection: ClassSelection, names: [String], unseen: [String]) throws {
    #expect(try select(selection) == LabelMap(names: names, unseen: unseen))
  }

  @Test(
    "refuses what names or leaves no class",
    arguments: [
      (
        ClassSelection(include: ["unsen"]),
        "classes.include: no class 'unsen' (did you mean 'unseen'?);"
          + " the classes are 'a', 'b', 'c', 'd', 'unseen'"
      ),
      (
        ClassSelection(exclude: ["zzz"]),
        "classes.exclude: no class 'zzz'; the classes are 'a', 'b', 'c', 'd', 'unseen'"
      ),
      (
        ClassSelection(top: 0),
        "classes.top: 0 is too small; give a number of at least 1, or leave the key out"
      ),
      (
        ClassSelection(top: 1, remaining: 1),
        "classes: no class meets all conditions, of 5 there are;"
          + " loosen top, remaining, min_images, include or exclude"
      ),
      (
        ClassSelection(include: ["unseen"]),
        "split: none of the 5 images of the selected classes is for training;"
          + " correct split.test, or select other classes"
      ),
    ])
  func refusals(selection: ClassSelection, message: String) {
    #expect { try select(selection) } throws: { "\($0)" == message }
  }

  @Test("judges training counts before validation is cut") func beforeValidation() throws {
    let splits = try DatasetSplits.make(
      from: catalogue(["a": 11, "b": 10, "c": 9]),
      split: SplitConfiguration(validation: 0.5), classes: ClassSelection(top: 2))
    #expect(Set(splits.labelMap.names) == ["a", "b"])
    #expect(splits.notes.contains("1 class not selected, with 9 images"))
  }

  @Test("restricts one division: every image keeps its part, every class its name and its rank")
  func restriction() throws {
    let split = SplitConfiguration(test: .stratified(share: 0.3), validation: 0.25)
    func parts(_ selection: ClassSelection) throws -> (names: [String], ids: [[String]]) {
      let splits = try DatasetSplits.make(from: set, split: split, classes: selection)
      let all = [splits.training.examples, splits.validation.examples, splits.test.examples]
      return (
        splits.labelMap.names, all.map { $0.map { splits.catalogue.examples[$0.example].id } }
      )
    }
    let whole = try parts(ClassSelection())
    let (top, rest) = (
      try parts(ClassSelection(top: 2)), try parts(ClassSelection(remaining: 2))
    )
    #expect(whole.names == top.names + rest.names)
    for part in 0..<3 {
      #expect(!top.ids[part].isEmpty)
      #expect(Set(whole.ids[part]) == Set(top.ids[part]).union(rest.ids[part]))
    }
  }
}
