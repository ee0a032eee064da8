import Drawing

/// Draws one picture of a comparison, for a page or for a file of its own.
package protocol PictureWriter {
  /// Its name in `poise plot NAME`.
  static var name: String { get }
  /// One line for the list of pictures.
  static var summary: String { get }
  /// `nil` where the comparison and its evidence do not have what it shows.
  static func picture(in context: PageContext, for medium: PictureMedium) -> Picture?
}

/// Where a picture will be looked at.
package enum PictureMedium: Hashable, Sendable {
  /// A page with a column of 1,000 pixels.
  case page
  /// Paper: laid out so that text is 7 to 8 points high at this width, such as 84 mm for a column.
  case paper(millimetres: Double)
}
