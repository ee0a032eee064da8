import Kernels

/// How a description that comes with an image is read, and what it decides.
public struct TextConfiguration: Codable, Hashable, Sendable {
  /// What the text is used for.
  public enum Variant: String, Codable, CaseIterable, Sendable {
    /// The text alone; no pixel is looked at.
    case text
    /// Image features and text encoding side by side, one classifier, trained together.
    case joint
    /// Two models, trained apart; the text's is asked where the image's is not sure enough, and the
    /// more confident of the two decides.
    case fallback
  }
  public var variant: Variant
  /// Training texts a word must stand in, counted with repeats, to have a number of its own.
  public var minCount: Int
  /// Words after the first so many are not read.
  public var maxLength: Int
  /// Elements of a word's vector.
  public var embedding: Int
  /// Elements of the recurrent state, in each direction.
  public var hidden: Int
  public var cell: RecurrentCell
  /// Whether the text is also read from its end.
  public var bidirectional: Bool
  /// Whether words of the classes' names are hidden.
  public var masksClassWords: Bool

  /// A reader with all its parts.
  public init(
    variant: Variant, minCount: Int = 2, maxLength: Int = 16, embedding: Int = 64,
    hidden: Int = 128, cell: RecurrentCell = .gru, bidirectional: Bool = true,
    masksClassWords: Bool = false
  ) {
    (self.variant, self.minCount, self.maxLength) = (variant, minCount, maxLength)
    (self.embedding, self.hidden, self.cell) = (embedding, hidden, cell)
    (self.bidirectional, self.masksClassWords) = (bidirectional, masksClassWords)
  }
}
