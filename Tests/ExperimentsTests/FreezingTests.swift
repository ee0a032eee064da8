import Experiments
import Networks
import Testing

@Suite("Frozen parts in files")
struct FreezingTests {
  private func read(_ text: String) throws -> (model: ModelConfiguration, notes: [String]) {
    let experiment = try Reading.read(ReadingTests.small + text)
    let notes = experiment.warnings.map(\.message).filter { $0.contains("frozen") }
    return (experiment.recipes[0].model, notes)
  }

  @Test("are read with their room")
  func read() throws {
    let read = try read(
      "model: {freeze: layer2, cached_views: 4, cache_limit: 0.5}\naugmentation: [horizontal_flip]\n"
    )
    #expect(read.model.freeze == .layer2)
    #expect(read.model.cachedViews == 4)
    #expect(read.model.cacheLimit == 0.5)
    // 32×32 becomes 8×8 in the stem, 4×4 in layer2, of 512 channels.
    #expect(
      read.notes == [
        "frozen up to layer2: activations of 32768 bytes for each of 4 views of a training image "
          + "are computed once and shared by runs, up to 0.5 GB; 'poise data' counts them"
      ])
  }

  @Test("say why nothing, or not all, is kept")
  func reasons() throws {
    #expect(try read("model: {freeze: layer4}\n").notes[0].contains("8192 bytes an image are comp"))
    #expect(try read("").notes == [])
    #expect(
      try read("model: {freeze: stem, cache_limit: 0}\n").notes[0]
        .contains("not kept, because model.cache_limit is 0"))
    #expect(
      try read("model: {freeze: stem}\naugmentation: [horizontal_flip]\n").notes[0]
        .contains("but not for training, because augmentation changes"))
  }

  @Test("count as what is computed, their room does not")
  func fingerprints() throws {
    func hash(_ text: String) throws -> String {
      try Reading.read(ReadingTests.small + "augmentation: [horizontal_flip]\n" + text).recipes[0]
        .configHash(datasetDigest: "")
    }
    let frozen = try hash("model: {freeze: layer1}\n")
    #expect(try hash("") != frozen)
    #expect(try hash("model: {freeze: layer2}\n") != frozen)
    #expect(try hash("model: {freeze: layer1, cached_views: 2}\n") != frozen)
    #expect(try hash("model: {freeze: layer1, cache_limit: 0}\n") == frozen)
  }
}
