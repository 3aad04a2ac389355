// How a message looks, as the browser computed it.

/** Its side of the list and the color behind its text, as `[red, green, blue]`. */
export function appearance(message) {
  return message.getByTestId('message-body').evaluate((body) => {
    let bubble = body;
    while (getComputedStyle(bubble).backgroundColor === 'rgba(0, 0, 0, 0)') bubble = bubble.parentElement;
    const box = bubble.getBoundingClientRect();
    const list = body.closest('[data-testid=message]').parentElement.getBoundingClientRect();
    const [left, right] = [box.left - list.left, list.right - box.right];
    // A canvas turns every color notation into numbers.
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    canvas.fillStyle = getComputedStyle(bubble).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    const background = [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    return { side: left > right ? 'right' : 'left', background };
  });
}

export const isLightBlue = ([red, green, blue]) => blue > green && green >= red && green > 180;

export const isGreen = ([red, green, blue]) => green > red && green > blue;
