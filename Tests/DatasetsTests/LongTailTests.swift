import Datasets
import Foundation
import Testing

@Suite("The long tail")
struct LongTailTests {
  private func counts(_ factor: Double, _ classes: Int, _ most: Int) -> [Int] {
    LongTail(profile: .exponential, factor: factor).counts(classes: classes, largest: most)
  }

  @Test("of CIFAR-10 has the published counts") func cifar10() {
    #expect(counts(100, 10, 5000) == [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50])
  }

  @Test(
    "has the published totals",
    arguments: [
      (10.0, 20_431, 19_573), (50.0, 13_996, 12_608), (100.0, 12_406, 10_847),
      (200.0, 11_203, 9_502),
    ])
  func totals(factor: Double, cifar10: Int, cifar100: Int) {
    #expect(counts(factor, 10, 5000).reduce(0, +) == cifar10)
    #expect(counts(factor, 100, 500).reduce(0, +) == cifar100)
  }

  @Test("of steps splits the classes in halves") func step() {
    let tail = LongTail(profile: .step, factor: 10)
    #expect(tail.counts(classes: 4, largest: 50) == [50, 50, 5, 5])
    #expect(tail.counts(classes: 5, largest: 50) == [50, 50, 50, 5, 5])
  }

  @Test("leaves every class an image, one class whole, and factor 1 all") func edges() {
    #expect(counts(1000, 3, 20) == [20, 1, 1])
    #expect(counts(100, 1, 20) == [20])
    #expect(counts(1, 4, 7) == [7, 7, 7, 7])
  }

  @Test("thins train alone where validation is kept, after the cut, and never more than it must")
  func thins() throws {
    let catalogue = catalogue(["a": 100, "b": 100, "c": 5, "d": 100])
    var split = SplitConfiguration(
      longTail: LongTail(profile: .exponential, factor: 10, validation: .keep))
    let thin = try DatasetSplits.make(from: catalogue, split: split, classes: .init())
    split.longTail = nil
    let full = try DatasetSplits.make(from: catalogue, split: split, classes: .init())
    #expect(full.census.names == ["a", "b", "d", "c"] && full.census.counts == [72, 72, 72, 4])
    #expect(thin.census.names == ["a", "b", "d", "c"] && thin.census.counts == [72, 33, 15, 4])
    #expect(thin.validation.examples == full.validation.examples)
    #expect(thin.test.examples == full.test.examples)
    #expect(thin.droppedByLongTail == 220 - 124 && full.droppedByLongTail == 0)
    #expect(Set(thin.training.examples).isSubset(of: Set(full.training.examples)))
  }

  @Test("leaves validation the same tail as training, unless told otherwise") func follows() throws
  {
    let catalogue = catalogue(["a": 100, "b": 100, "c": 5, "d": 100])
    let split = SplitConfiguration(longTail: LongTail(profile: .exponential, factor: 10))
    var kept = split
    kept.longTail?.validation = .keep
    let thin = try DatasetSplits.make(from: catalogue, split: split, classes: .init())
    let full = try DatasetSplits.make(from: catalogue, split: kept, classes: .init())
    // 8 · 33 / 72 = 3.67, 8 · 15 / 72 = 1.67; class c is too small for a validation image.
    let counts = (0..<4).map { index in
      thin.validation.examples.count { $0.classIndex == index }
    }
    #expect(counts == [8, 4, 2, 0])
    #expect(Set(thin.validation.examples).isSubset(of: Set(full.validation.examples)))
    #expect(thin.training.examples == full.training.examples)
    #expect(thin.test.examples == full.test.examples)
    #expect(
      thin.notes.contains(
        "10 validation images of 2 classes left out by the long tail, so that what chooses has the"
          + " same tail (split.long_tail.validation)"))
    #expect(!full.notes.contains { $0.contains("long tail") })
  }

  @Test(
    "keeps the same share of validation, half to even, and at least one image",
    arguments: [
      (500, 4500, 45, 5), (8, 72, 33, 4), (5, 10, 5, 2), (7, 10, 5, 4), (1, 100, 1, 1),
      (0, 100, 1, 0), (3, 10, 10, 3),
    ])
  func share(count: Int, train: Int, kept: Int, expected: Int) {
    #expect(LongTail.following(count, train: train, kept: kept) == expected)
  }

  @Test("is written as before there was a choice, unless validation is kept") func coding() throws {
    let old = #"{"factor":100,"profile":"exponential"}"#
    let tail = try JSONDecoder().decode(LongTail.self, from: Data(old.utf8))
    #expect(tail == LongTail(profile: .exponential, factor: 100))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(tail), as: UTF8.self) == old)
    let keeping = LongTail(profile: .step, factor: 2, largest: 9, validation: .keep)
    let again = try JSONDecoder().decode(LongTail.self, from: try encoder.encode(keeping))
    #expect(again == keeping && again.validation == .keep)
  }

  @Test("keeps a subset of what a shorter tail keeps") func nested() throws {
    let catalogue = catalogue((0..<8).map { ("class \($0)", 80) })
    let kept = try [2.0, 10, 40].map { factor in
      Set(
        try DatasetSplits.make(
          from: catalogue,
          split: SplitConfiguration(longTail: LongTail(profile: .exponential, factor: factor)),
          classes: .init()
        ).training.examples.map(\.example))
    }
    #expect(kept[2].isSubset(of: kept[1]) && kept[1].isSubset(of: kept[0]))
  }

  @Test("cuts the largest class down where asked") func largest() throws {
    let splits = try DatasetSplits.make(
      from: catalogue(["a": 100, "b": 100, "c": 100]),
      split: SplitConfiguration(
        validation: 0, longTail: LongTail(profile: .exponential, factor: 4, largest: 40)),
      classes: .init())
    #expect(splits.census.counts == [40, 20, 10])
  }

  @Test("refuses impossible factors", arguments: [0.5, -1, .infinity, .nan])
  func badFactor(factor: Double) {
    #expect(throws: SplitError.self) {
      try DatasetSplits.make(
        from: catalogue(["a": 9]),
        split: SplitConfiguration(longTail: LongTail(profile: .step, factor: factor)),
        classes: .init())
    }
  }
}
