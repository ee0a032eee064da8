import Datasets
import TestSupport
import Testing

@Suite("The parts of a folder tree")
struct FolderDivisionTests {
  private static let unsaid = SplitConfiguration(validation: 0, prefersGiven: true)

  /// Two classes in each of the folders.
  private func tree(_ parts: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for part in parts {
      for file in ["a/1.jpg", "a/2.jpg", "b/1.jpg"] { try folder.write([1], to: "\(part)/\(file)") }
    }
    return folder
  }

  private func parts(_ folder: TemporaryFolder) throws -> Set<SplitName> {
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(Set(catalogue.examples.map(\.label)) == ["a", "b"])
    return Set(catalogue.examples.compactMap(\.givenSplit))
  }

  @Test(
    "are known whatever their case, prefix or ending",
    arguments: [
      ["Training", "Testing"], ["TRAIN", "TEST"], ["Train", "Test"], ["train", "Test"],
      ["seg_train", "seg_test"], ["training_set", "test_set"], ["trainset", "testset"],
      ["train_images", "test_images"], ["asl-train", "asl-test"], ["TrainingData", "TestData"],
      ["train2017", "test2017"], ["images_train", "images_test"], ["train", "test"],
    ])
  func twoParts(names: [String]) throws {
    let folder = try tree(names)
    #expect(try parts(folder) == [.train, .test])
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    let splits = try DatasetSplits.make(from: catalogue, split: Self.unsaid, classes: .init())
    #expect(splits.training.examples.count == 3 && splits.test.examples.count == 3)
    #expect(
      splits.notes.first
        == "the data set's own division is used, since split.test says nothing: 3 train, 3 test")
  }

  @Test(
    "may have one to choose by",
    arguments: ["val", "valid", "validation", "dev", "Val", "validation_set"])
  func threeParts(validation: String) throws {
    #expect(try parts(tree(["train", validation, "test"])) == [.train, .validation, .test])
  }

  @Test("are redrawn where the file says so, and say that they were there") func redrawn() throws {
    let folder = try tree(["train", "val", "test"])
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    let splits = try DatasetSplits.make(
      from: catalogue, split: SplitConfiguration(test: .stratified(share: 0.5), validation: 0),
      classes: .init())
    #expect(
      splits.notes.first
        == "the data set's own division is not used: split.test says stratified")
  }

  @Test("without one to test on are asked about; 'given' tests on the validation part")
  func noTest() throws {
    let folder = try tree(["train", "val"])
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect {
      try DatasetSplits.make(from: catalogue, split: Self.unsaid, classes: .init())
    } throws: {
      "\($0)".contains(
        "has no test part, and the file does not say what is tested on;"
          + " write split: {test: given}")
    }
    let splits = try DatasetSplits.make(
      from: catalogue, split: SplitConfiguration(test: .given, validation: 0), classes: .init())
    #expect(splits.test.examples.count == 3 && splits.validation.examples.isEmpty)
    #expect(
      splits.notes == [
        "3 images of the data set's validation part are the test part: it has no other; validation"
          + " is cut from training"
      ])
  }

  @Test("are drawn from a folder 'train' alone") func trainAlone() throws {
    let folder = try tree(["train"])
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    let splits = try DatasetSplits.make(
      from: catalogue,
      split: SplitConfiguration(test: .stratified(share: 0.5), validation: 0, prefersGiven: true),
      classes: .init())
    #expect(splits.test.examples.count == 1 && !splits.notes.contains { $0.contains("division") })
  }

  @Test("are no classes that happen to be called so")
  func classes() throws {
    for names in [["Training Shoes", "Boots"], ["test", "rest"], ["Validation", "Boots"]] {
      let folder = try TemporaryFolder()
      for name in names { try folder.write([1], to: "\(name)/1.jpg") }
      let catalogue = try Catalogue.read(folder.configuration(.folder))
      #expect(Set(catalogue.examples.map(\.label)) == Set(names))
      #expect(catalogue.examples.allSatisfy { $0.givenSplit == nil })
    }
  }

  @Test("are no vehicles on rails") func vehicles() throws {
    let folder = try TemporaryFolder()
    for name in ["bus", "car", "train"] { try folder.write([1], to: "\(name)/1.jpg") }
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(catalogue.examples.map(\.label) == ["bus", "car", "train"])
    #expect(catalogue.examples.allSatisfy { $0.givenSplit == nil })
  }

  @Test("without class folders are refused") func flat() throws {
    let folder = try TemporaryFolder()
    for file in ["train/cat.1.jpg", "train/dog.1.jpg", "test1/1.jpg"] {
      try folder.write([1], to: file)
    }
    #expect { try Catalogue.read(folder.configuration(.folder)) } throws: {
      "\($0)".replacing(folder.path, with: "ROOT")
        == "ROOT: it holds folders for parts of the data, 'test1', 'train', and none for classes in"
        + " them: 2 pictures to learn from have no class; sort them into one folder a class, or use"
        + " format csv if a table has their classes"
    }
  }

  @Test("may lie in folders of their own names, beside pictures without classes")
  func packedTwice() throws {
    // As the Intel scenes on Kaggle are packed.
    let folder = try tree(["seg_train/seg_train", "seg_test/seg_test"])
    try folder.write([1], to: "seg_pred/seg_pred/1.jpg")
    try folder.write([1], to: "seg_pred/seg_pred/2.jpg")
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(catalogue.examples.count == 6)
    #expect(catalogue.examples[0].id == "seg_test/seg_test/a/1.jpg")
    #expect(
      catalogue.notes == [
        "the classes of 'seg_test/seg_test' are read, a folder in its own name",
        "the classes of 'seg_train/seg_train' are read, a folder in its own name",
        "2 pictures in 'seg_pred', a folder beside the parts without class folders, not used",
      ])
  }

  @Test("count pictures that lie in no class") func loose() throws {
    let folder = try tree(["train", "test"])
    for name in ["x.jpg", "y.png", "z.webp"] { try folder.write([1], to: "test/\(name)") }
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(
      catalogue.notes == ["3 pictures directly in 'test', in no class folder, not used"])
  }

  @Test("are refused twice, and beside folders that hold folders") func doubtful() throws {
    func message(_ names: [String]) throws -> String {
      let folder = try tree(names)
      do {
        _ = try Catalogue.read(folder.configuration(.folder))
        return ""
      } catch { return "\(error)".replacing(folder.path, with: "ROOT") }
    }
    #expect(
      try message(["train", "Training", "test"])
        == "ROOT: it holds both a folder 'Training' and a folder 'train', and both mean train;"
        + " keep one of them")
    #expect(
      try message(["Training", "Testing", "extra"])
        == "ROOT: it holds the folder 'Training' and beside it 'extra', which holds folders and is no"
        + " split; keep only folders such as 'train', 'val' and 'test', or only classes")
    #expect(
      try message(["dataset"])
        == "ROOT: it holds one folder, 'dataset', and that holds no image but 2 folders, 'a', 'b':"
        + " it would be the only class; the classes seem to be in 'ROOT/dataset': let dataset.root"
        + " say so")
    #expect(
      try message(["archive/data/train", "archive/data/test"]).hasSuffix(
        "the classes seem to be in 'ROOT/archive/data': let dataset.root say so"))
  }

  @Test("tells of classes that all hold the same folders") func sameFolders() throws {
    let folder = try tree(["color", "grayscale", "segmented"])
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(
      catalogue.notes == [
        "3 classes, 'color', 'grayscale', 'segmented', hold no image but each the same 2 folders,"
          + " 'a', 'b': if those are the classes, let dataset.root name one of the folders above them"
      ])
  }
}
